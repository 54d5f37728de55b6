package dev.indelible.elasticsearch;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.transport.TransportException;
import dev.indelible.EventStoreException.Unavailable;
import java.io.IOException;

/** Calls of the client, and what their errors mean. */
final class Calls {
    static final int NOT_FOUND = 404;
    static final int CONFLICT = 409;
    private static final int TOO_MANY = 429;
    private static final int SERVERS = 500;

    private Calls() {}

    /** A call that may fail in all ways in which calls fail. */
    interface Call<R> {
        R run() throws IOException;
    }

    /** What the server refuses is an {@link ElasticsearchException}, whatever else goes wrong {@link Unavailable}. */
    static <R> R run(Call<R> call) {
        try {
            return call.run();
        } catch (ElasticsearchException e) {
            if (isTheServers(e.status())) {
                throw unavailable(e);
            }
            throw e;
        } catch (TransportException e) {
            if (isTheServers(e.statusCode()) || e.statusCode() <= 0) {
                throw unavailable(e);
            }
            throw new IllegalStateException("Elasticsearch: " + e.getMessage(), e);
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    /** Whether the same may succeed another time. */
    static boolean isTheServers(int status) {
        return status == TOO_MANY || status >= SERVERS;
    }

    static Unavailable unavailable(Exception e) {
        return new Unavailable("Elasticsearch: " + e.getMessage(), e);
    }
}
