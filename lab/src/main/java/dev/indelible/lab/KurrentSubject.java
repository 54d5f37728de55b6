package dev.indelible.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.event.NewEvent;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.KurrentDBConnectionString;
import io.kurrent.dbclient.ReadAllOptions;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The protocol of KurrentDB, by its official client for Java, over one connection. */
final class KurrentSubject extends ServedSubject {
    private final KurrentDBClient client;

    KurrentSubject(Path directory) {
        super(directory);
        client = KurrentDBClient.create(
                KurrentDBConnectionString.parseOrThrow("kurrentdb://127.0.0.1:" + port() + "?tls=false"));
    }

    @Override
    public String name() {
        return "kurrent";
    }

    @Override
    public void append(String stream, NewEvent[] events) {
        List<EventData> proposed =
                Arrays.stream(events).map(KurrentSubject::proposed).toList();
        client.appendToStream(stream, proposed.iterator()).join();
    }

    private static EventData proposed(NewEvent event) {
        return EventData.builderAsJson(event.id(), event.type(), event.data().toBytes())
                .metadataAsBytes(metadata(event).getBytes(UTF_8))
                .build();
    }

    /** The tag goes with the metadata. */
    static String metadata(NewEvent event) {
        String metadata = event.metadata().text();
        return metadata.substring(0, metadata.length() - 1) + ",\"$tags\":[\""
                + event.tags().get(0).text() + "\"]}";
    }

    @Override
    public long scan() {
        return client.readAll(ReadAllOptions.get().maxCount(Long.MAX_VALUE))
                .join()
                .getEvents()
                .size();
    }

    @Override
    public void close() {
        client.shutdown().join();
        super.close();
    }
}
