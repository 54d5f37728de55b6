package dev.indelible.kurrentdb;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.EventStoreException.Unsupported;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kurrent.dbclient.StreamDeletedException;
import io.kurrent.dbclient.StreamNotFoundException;
import io.kurrent.dbclient.StreamTombstonedException;
import io.kurrent.dbclient.WrongExpectedVersionException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for the client's answers, and says what its failures mean here. */
final class Failures {
    /** The client's own deadlines are shorter unless its settings say otherwise. */
    static final Duration ANSWER_MAX = Duration.ofSeconds(60);

    /** Where the server names what it means. */
    private static final Metadata.Key<String> EXCEPTION =
            Metadata.Key.of("exception", Metadata.ASCII_STRING_MARSHALLER);

    private static final String STREAM_DELETED = "stream-deleted";

    private Failures() {}

    /**
     * The answer.
     *
     * @throws WrongExpectedVersionException as it is
     * @throws StreamNotFoundException as it is
     */
    static <T> T answer(CompletableFuture<T> future) {
        try {
            return future.get(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("KurrentDB: interrupted while waiting for the answer", e);
        } catch (TimeoutException e) {
            throw new Unavailable("KurrentDB: no answer within " + ANSWER_MAX.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw failure(e);
        }
    }

    private static RuntimeException failure(ExecutionException thrown) {
        Throwable cause = thrown;
        while (cause instanceof ExecutionException || cause instanceof CompletionException) {
            Throwable within = cause.getCause();
            if (within == null) {
                break;
            }
            cause = within;
        }
        if (cause instanceof WrongExpectedVersionException || cause instanceof StreamNotFoundException) {
            return (RuntimeException) cause;
        } else if (isDeletedForEver(cause)) {
            return new Unsupported("KurrentDB: the stream was deleted for ever: " + cause.getMessage());
        } else if (cause instanceof StatusRuntimeException status) {
            Status.Code code = status.getStatus().getCode();
            String text = "KurrentDB: " + status.getStatus().getDescription();
            if (code == Status.Code.INVALID_ARGUMENT) {
                return new IllegalArgumentException(text, cause);
            } else if (code == Status.Code.DATA_LOSS) {
                return new Corrupted(text, cause);
            }
        }
        return new Unavailable("KurrentDB: " + cause, cause);
    }

    /** The client has exceptions for it, and does not throw them from reads. */
    private static boolean isDeletedForEver(Throwable cause) {
        if (cause instanceof StatusRuntimeException status) {
            Metadata trailers = status.getTrailers();
            return trailers != null && STREAM_DELETED.equals(trailers.get(EXCEPTION));
        }
        return cause instanceof StreamDeletedException || cause instanceof StreamTombstonedException;
    }
}
