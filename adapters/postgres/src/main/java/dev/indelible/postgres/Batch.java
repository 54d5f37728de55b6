package dev.indelible.postgres;

import dev.indelible.event.Append;
import dev.indelible.event.Guard;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Appends that are recorded by one call of {@code append_batch}. That function says what it takes; here it is put
 * together. No id stands twice in a batch, and no event of it breaks a guard of a later append of it.
 */
final class Batch {
    private static final int APPENDS_MAX = 512;
    private static final int EVENTS_MAX = 2_000;
    private static final int BYTES_MAX = 4 << 20;

    private final List<Append> appends = new ArrayList<>();
    private final Set<UUID> known = new HashSet<>();
    private int events;
    private int parts;
    private long bytes;
    private boolean guarded;

    /** What the function answered: see there. */
    record Answer(
            @Nullable Long[] positions,
            Long[] versions,
            @Nullable String @Nullable [] refusals,
            boolean waited) {
        @Nullable
        String refusal(int append) {
            return refusals == null ? null : refusals[append];
        }
    }

    /** Whether the append can be part of it; then it is. */
    boolean add(Append append) {
        long more = sizeOf(append);
        int moreEvents = (int) append.events().count();
        boolean full = appends.size() == APPENDS_MAX || events + moreEvents > EVENTS_MAX || bytes + more > BYTES_MAX;
        if (!appends.isEmpty() && (full || isKnown(append) || breaksGuard(append.guards()))) {
            return false;
        }
        appends.add(append);
        append.events().forEach(event -> known.add(event.id()));
        events += moreEvents;
        parts += append.parts().size();
        bytes += more;
        guarded |= !append.guards().isEmpty();
        return true;
    }

    int size() {
        return appends.size();
    }

    private boolean isKnown(Append append) {
        return append.events().anyMatch(event -> known.contains(event.id()));
    }

    private boolean breaksGuard(List<Guard> guards) {
        for (Guard guard : guards) {
            for (Append append : appends) {
                for (Append.Part part : append.parts()) {
                    for (NewEvent event : part.events()) {
                        if (guard.query().matches(part.stream(), event.type(), event.tags())) {
                            return true;
                        }
                    }
                }
            }
        }
        return false;
    }

    /** Bytes of data and metadata. */
    static long sizeOf(Append append) {
        return append.events()
                .mapToLong(event -> event.data().size() + event.metadata().size())
                .sum();
    }

    /** The statement that {@link #record} executes. */
    static String statement(String schema) {
        return "SELECT positions, versions, refusals, waited FROM \"" + schema
                + "\".append_batch(?, ?, ?::jsonb[], ?, ?, ?, ?, ?, ?, ?::uuid[], ?, ?, ?::json[],"
                + " ?::json[], ?, ?, ?)";
    }

    /** Records them in a transaction of its own. */
    Answer record(Connection connection, String statement) throws SQLException {
        try (PreparedStatement call = connection.prepareStatement(statement)) {
            new Arrays().bind(connection, call);
            try (ResultSet row = call.executeQuery()) {
                row.next();
                return new Answer(
                        (Long[]) row.getArray(1).getArray(),
                        (Long[]) row.getArray(2).getArray(),
                        row.getArray(3) == null
                                ? null
                                : (String[]) row.getArray(3).getArray(),
                        row.getBoolean(4));
            }
        }
    }

    /** The arguments. */
    private final class Arrays {
        private final int[] appendFirst = new int[appends.size()];
        private final int[] appendPart = new int[appends.size()];
        private final @Nullable String[] guards = new String[appends.size()];
        private final String[] streams = new String[parts];
        private final long[] expected = new long[parts];
        private final long[] earlier = new long[parts];
        private final int[] part = new int[events];
        private final int[] offset = new int[events];
        private final int[] index = new int[events];
        private final String[] ids = new String[events];
        private final String[] types = new String[events];
        private final int[] schemaVersions = new int[events];
        private final @Nullable String[] data = new String[events];
        private final @Nullable String[] metadata = new String[events];
        private final @Nullable String[] tags = new String[events];
        private final byte[] @Nullable [] dataBytes = new byte[events][];
        private final byte[] @Nullable [] metadataBytes = new byte[events][];
        private boolean hasBytes;

        Arrays() {
            Map<StreamName, Long> counts = new HashMap<>();
            int e = 0;
            int p = 0;
            for (int a = 0; a < appends.size(); a++) {
                Append append = appends.get(a);
                appendFirst[a] = e + 1;
                appendPart[a] = p + 1;
                guards[a] = QueryJson.of(append.guards());
                int inAppend = 0;
                for (Append.Part next : append.parts()) {
                    streams[p] = next.stream().value();
                    expected[p] = Expectation.toNumber(next.expected());
                    earlier[p] = counts.getOrDefault(next.stream(), 0L);
                    counts.merge(next.stream(), (long) next.events().size(), Long::sum);
                    p++;
                    int inPart = 0;
                    for (NewEvent event : next.events()) {
                        part[e] = p;
                        offset[e] = ++inPart;
                        index[e] = inAppend++;
                        set(e++, event);
                    }
                }
            }
        }

        private void set(int e, NewEvent event) {
            ids[e] = event.id().toString();
            types[e] = event.type();
            schemaVersions[e] = event.schemaVersion();
            data[e] = json(event.data());
            metadata[e] = json(event.metadata());
            dataBytes[e] = bytes(event.data());
            metadataBytes[e] = bytes(event.metadata());
            tags[e] = literal(event.tags());
        }

        private static @Nullable String json(Payload payload) {
            return payload.isJson() ? payload.text() : null;
        }

        private byte @Nullable [] bytes(Payload payload) {
            hasBytes |= !payload.isJson();
            return payload.isJson() ? null : payload.toBytes();
        }

        private static @Nullable String literal(List<Tag> tags) {
            if (tags.isEmpty()) {
                return null;
            }
            StringBuilder literal = new StringBuilder("{");
            for (Tag tag : tags) {
                literal.append(literal.length() == 1 ? "\"" : ",\"");
                literal.append(tag.text().replace("\\", "\\\\").replace("\"", "\\\""));
                literal.append('"');
            }
            return literal.append('}').toString();
        }

        void bind(Connection connection, PreparedStatement call) throws SQLException {
            call.setObject(1, appendFirst);
            call.setObject(2, appendPart);
            call.setArray(3, guarded ? connection.createArrayOf("text", guards) : null);
            call.setArray(4, connection.createArrayOf("text", streams));
            call.setObject(5, expected);
            call.setObject(6, earlier);
            call.setObject(7, part);
            call.setObject(8, offset);
            call.setObject(9, index);
            call.setArray(10, connection.createArrayOf("text", ids));
            call.setArray(11, connection.createArrayOf("text", types));
            call.setObject(12, schemaVersions);
            call.setArray(13, connection.createArrayOf("text", data));
            call.setArray(14, connection.createArrayOf("text", metadata));
            call.setArray(15, connection.createArrayOf("text", tags));
            call.setArray(16, hasBytes ? connection.createArrayOf("bytea", dataBytes) : null);
            call.setArray(17, hasBytes ? connection.createArrayOf("bytea", metadataBytes) : null);
        }
    }
}
