package dev.indelible.event;

/**
 * How large things may be. What is larger is refused before it is sent, with an {@link IllegalArgumentException} that
 * names value and limit. Names (stream, type, tag) have at most 255 bytes everywhere.
 *
 * @param dataBytesMax data of one event
 * @param metadataBytesMax metadata of one event
 * @param tagsMax tags of one event
 * @param eventsMax events of one append
 * @param appendBytesMax data and metadata of one append
 * @param streamsMax streams of one append
 * @param guardsMax guards of one append
 */
public record Limits(
        int dataBytesMax,
        int metadataBytesMax,
        int tagsMax,
        int eventsMax,
        int appendBytesMax,
        int streamsMax,
        int guardsMax) {
    /** 1 MiB data and 64 KiB metadata an event, 32 tags; 10,000 events, 16 MiB, 100 streams and 16 guards an append. */
    public static final Limits DEFAULT = new Limits(1 << 20, 1 << 16, 32, 10_000, 1 << 24, 100, 16);

    /** The same with other data. */
    public Limits withDataBytesMax(int bytes) {
        if (bytes < 1 || bytes > appendBytesMax) {
            throw new IllegalArgumentException("data_bytes_max: " + bytes + " (expected: 1 to " + appendBytesMax + ")");
        }
        return new Limits(bytes, metadataBytesMax, tagsMax, eventsMax, appendBytesMax, streamsMax, guardsMax);
    }

    /** Throws {@link IllegalArgumentException} if something of the append is larger than its limit. */
    public void check(Append append) {
        atMost("streams", append.parts().size(), streamsMax);
        atMost("guards", append.guards().size(), guardsMax);
        long events = 0;
        long bytes = 0;
        for (Append.Part part : append.parts()) {
            events += part.events().size();
            for (NewEvent event : part.events()) {
                bytes += event.data().size() + event.metadata().size();
                check(event);
            }
        }
        atMost("events", events, eventsMax);
        atMost("append: bytes", bytes, appendBytesMax);
    }

    private void check(NewEvent event) {
        if (event.data().size() > dataBytesMax
                || event.metadata().size() > metadataBytesMax
                || event.tags().size() > tagsMax) {
            String of = "event " + event.id() + ": ";
            atMost(of + "data bytes", event.data().size(), dataBytesMax);
            atMost(of + "metadata bytes", event.metadata().size(), metadataBytesMax);
            atMost(of + "tags", event.tags().size(), tagsMax);
        }
    }

    private static void atMost(String what, long value, long limit) {
        if (value > limit) {
            throw new IllegalArgumentException(what + ": " + value + " (limit: " + limit + ")");
        }
    }
}
