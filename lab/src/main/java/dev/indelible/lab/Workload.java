package dev.indelible.lab;

import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Tag;
import java.util.List;
import java.util.Random;

/** The events that all subjects get: 256 bytes of JSON data, 100 of metadata, one tag, time-ordered ids. */
final class Workload {
    private static final int DATA_BYTES = 256;
    private static final int METADATA_BYTES = 100;
    private static final int PAYLOADS = 512;
    private static final int CUSTOMERS = 5_000;

    private final Payload[] data = new Payload[PAYLOADS];
    private final Payload[] metadata = new Payload[PAYLOADS];

    Workload(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < PAYLOADS; i++) {
            String head = "{\"order\":%d,\"total\":%.2f,\"status\":\"placed\",\"note\":\""
                    .formatted(random.nextInt(1_000_000), random.nextDouble() * 1_000);
            data[i] = Payload.json(filled(head, DATA_BYTES, random));
            String about = "{\"correlation_id\":\"%08x\",\"user_id\":\"u%d\",\"trace\":\""
                    .formatted(random.nextInt(), random.nextInt(1_000));
            metadata[i] = Payload.json(filled(about, METADATA_BYTES, random));
        }
    }

    NewEvent[] events(int count, Random random) {
        NewEvent[] events = new NewEvent[count];
        for (int i = 0; i < count; i++) {
            int payload = random.nextInt(PAYLOADS);
            events[i] = NewEvent.of("OrderPlaced", data[payload])
                    .withMetadata(metadata[payload])
                    .withTags(List.of(Tag.of("customer:" + random.nextInt(CUSTOMERS))));
        }
        return events;
    }

    private static String filled(String head, int bytes, Random random) {
        StringBuilder json = new StringBuilder(head);
        while (json.length() < bytes - 2) {
            json.append((char) ('a' + random.nextInt(26)));
        }
        return json.append("\"}").toString();
    }
}
