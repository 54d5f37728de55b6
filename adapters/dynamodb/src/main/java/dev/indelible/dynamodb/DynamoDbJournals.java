package dev.indelible.dynamodb;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.journal.Journal;
import dev.indelible.journal.JournalProvider;
import dev.indelible.journal.JournalUrl;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClientBuilder;

/**
 * Opens {@code dynamodb://table}. Options: {@code region}, otherwise as the environment says, or {@code us-east-1}
 * beside an endpoint; {@code endpoint}, the URL of a server that is not Amazon's; {@code data_bytes_max}. Credentials
 * are those of the SDK's default chain.
 */
public final class DynamoDbJournals implements JournalProvider {
    private static final String ENDPOINT = "endpoint";
    private static final String REGION = "region";
    private static final String TABLE_BY_DEFAULT = "indelible";
    private static final Duration CONNECTION_MAX = Duration.ofSeconds(5);

    /** A server that is only slow must not be asked again and again, each time in vain, until the patience is over. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(15);

    /** For the service loader. */
    public DynamoDbJournals() {}

    @Override
    public String scheme() {
        return "dynamodb";
    }

    @Override
    public String example() {
        return "dynamodb://table";
    }

    @Override
    public Journal open(JournalUrl url) {
        return open(url, true).orElseThrow();
    }

    @Override
    public Optional<Journal> openExisting(JournalUrl url) {
        return open(url, false);
    }

    private static Optional<Journal> open(JournalUrl url, boolean makes) {
        DynamoDbOptions options = options(url);
        DynamoDbClient client = client(url);
        try {
            Table table = new Table(client, options);
            if (!makes && !table.isThere()) {
                client.close();
                return Optional.empty();
            }
            table.prepare();
            return Optional.of(new DynamoDbJournal(client, options, client::close));
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    @Override
    public String definitions(JournalUrl url) {
        return DynamoDbJournal.definitions(
                url.place().isEmpty() ? TABLE_BY_DEFAULT : options(url).table());
    }

    private static DynamoDbOptions options(JournalUrl url) {
        url.allowOptions(Set.of(ENDPOINT, REGION, JournalUrl.DATA_BYTES_MAX));
        if (!url.place().startsWith("//")) {
            throw new IllegalArgumentException(
                    "journal URL: \"dynamodb:" + url.place() + "\" (expected: dynamodb://TABLE)");
        }
        DynamoDbOptions options = DynamoDbOptions.of(url.place().substring(2));
        int dataBytesMax =
                url.option(JournalUrl.DATA_BYTES_MAX, options.limits().dataBytesMax());
        return options.withDataBytesMax(dataBytesMax);
    }

    private static DynamoDbClient client(JournalUrl url) {
        DynamoDbClientBuilder builder = DynamoDbClient.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECTION_MAX)
                        .socketTimeout(ANSWER_MAX));
        String endpoint = url.options().get(ENDPOINT);
        String region = url.options().get(REGION);
        if (endpoint != null) {
            builder.endpointOverride(endpoint(endpoint));
            region = region == null ? Region.US_EAST_1.id() : region;
        }
        if (region != null) {
            builder.region(Region.of(region));
        }
        try {
            return builder.build();
        } catch (SdkException e) {
            if (region == null) {
                throw new Unavailable(
                        "DynamoDB: no region (expected: ?region=…, AWS_REGION or one in the AWS profile)", e);
            }
            throw new Unavailable("DynamoDB: " + e.getMessage(), e);
        }
    }

    private static URI endpoint(String text) {
        if (!text.matches("https?://[^/?#]+/?")) {
            throw new IllegalArgumentException(
                    "journal URL: endpoint=" + text + " (expected: http://HOST:PORT or https://HOST:PORT)");
        }
        return URI.create(text);
    }
}
