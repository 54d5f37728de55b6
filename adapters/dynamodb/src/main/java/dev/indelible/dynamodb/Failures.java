package dev.indelible.dynamodb;

import dev.indelible.EventStoreException.Unavailable;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbServiceClientConfiguration;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;

/** What a failure of the SDK means to whoever wires a store, in one line that says what is expected. */
final class Failures {
    private Failures() {}

    static Unavailable of(DynamoDbClient client, String table, SdkException e) {
        if (e instanceof AbortedException) {
            Thread.currentThread().interrupt();
        }
        String text = "DynamoDB table " + table + ": " + e.getMessage();
        if (e instanceof DynamoDbException answer) {
            text = "DynamoDB table " + table + ": " + refused(answer, client.serviceClientConfiguration());
        } else if (hasNoCredentials(e)) {
            text = "DynamoDB table " + table + ": no AWS credentials (expected: AWS_ACCESS_KEY_ID and"
                    + " AWS_SECRET_ACCESS_KEY, a profile named by AWS_PROFILE, or a role of this machine)";
        } else {
            Throwable cause = unreachable(e);
            if (cause != null) {
                text = "DynamoDB table " + table + ": " + unreachable(cause, client.serviceClientConfiguration());
            }
        }
        return new Unavailable(text, e);
    }

    private static boolean hasNoCredentials(SdkException e) {
        return String.valueOf(e.getMessage()).startsWith("Unable to load credentials");
    }

    private static String refused(DynamoDbException e, DynamoDbServiceClientConfiguration client) {
        if (e.awsErrorDetails() == null || e.awsErrorDetails().errorMessage() == null) {
            return place(client) + " answers with status " + e.statusCode() + " (expected: a server of DynamoDB there)";
        }
        String message = e.awsErrorDetails().errorMessage();
        return switch (String.valueOf(e.awsErrorDetails().errorCode())) {
            case "AccessDeniedException" -> message + " (expected: that permission on the table and its indexes)";
            case "UnrecognizedClientException", "InvalidSignatureException", "MissingAuthenticationTokenException" ->
                message + " (expected: AWS credentials that " + place(client) + " knows)";
            case "ExpiredTokenException" -> message + " (expected: AWS credentials that are still valid)";
            default -> String.valueOf(e.getMessage());
        };
    }

    /** What keeps the service from being reached, if it is that. */
    private static @Nullable Throwable unreachable(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownHostException
                    || cause instanceof ConnectException
                    || cause instanceof SocketTimeoutException
                    || cause instanceof SSLException) {
                return cause;
            }
        }
        return null;
    }

    private static String unreachable(Throwable cause, DynamoDbServiceClientConfiguration client) {
        if (cause instanceof UnknownHostException) {
            return "no host " + cause.getMessage() + " (expected: "
                    + (isAmazons(client) ? "a region that there is, not " + client.region() : "a host that there is")
                    + ", and a network)";
        }
        return place(client) + " cannot be reached: " + cause.getMessage() + " (expected: a server of DynamoDB there)";
    }

    private static boolean isAmazons(DynamoDbServiceClientConfiguration client) {
        return client.endpointOverride().isEmpty();
    }

    private static String place(DynamoDbServiceClientConfiguration client) {
        return client.endpointOverride().map(Object::toString).orElseGet(() -> "the service in " + client.region());
    }
}
