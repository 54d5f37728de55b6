package dev.indelible.postgres;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.event.Payload;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Events as columns. */
final class Rows {
    /** What is selected of an event {@code e}; tags are separated by a character that none contains. */
    static final String COLUMNS = "e.global_position, e.version, e.id, e.schema_version, e.stream_id, e.event_type,"
            + " CASE WHEN e.event_bytes IS NULL THEN e.event_data END,"
            + " CASE WHEN e.metadata_bytes IS NULL THEN e.metadata END,"
            + " array_to_string(e.tags, U&'\\001F'),"
            + " (date_part('epoch', e.created_at) * 1000000)::BIGINT, e.event_bytes, e.event_data IS NULL,"
            + " e.metadata_bytes, e.metadata IS NULL";

    /** As many nulls, to stand in a row that is not an event. */
    static final String NO_COLUMNS = "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL";

    private static final char TAG_SEPARATOR = 0x1f;

    private Rows() {}

    /** The event in the current row. */
    static RecordedEvent event(ResultSet row) throws SQLException {
        byte[] data = row.getBytes(7);
        byte[] metadata = row.getBytes(8);
        try {
            return new RecordedEvent(
                    (UUID) row.getObject(3),
                    StreamName.of(row.getString(5)),
                    row.getString(6),
                    row.getLong(2),
                    row.getInt(4),
                    data != null ? json(data) : payload(row.getBytes(11), row.getBoolean(12)),
                    metadata != null ? json(metadata) : payload(row.getBytes(13), row.getBoolean(14)),
                    tags(row.getString(9)),
                    Position.of(row.getLong(1)),
                    time(row.getLong(10)));
        } catch (IllegalArgumentException e) {
            throw new Corrupted("events: global_position " + row.getLong(1) + ": " + e.getMessage(), e);
        }
    }

    /** The microseconds, exact for some centuries: a double holds them. */
    private static Instant time(long micros) {
        return Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1_000);
    }

    private static Payload json(byte[] bytes) {
        boolean isEmpty = bytes.length == 2 && bytes[0] == '{';
        return isEmpty ? Payload.EMPTY_OBJECT : Payload.of(Payload.Format.JSON, ByteBuffer.wrap(bytes));
    }

    private static Payload payload(byte[] bytes, boolean isBinary) {
        return Payload.of(isBinary ? Payload.Format.BINARY : Payload.Format.JSON, ByteBuffer.wrap(bytes));
    }

    private static List<Tag> tags(@Nullable String joined) {
        if (joined == null) {
            return List.of();
        }
        int end = joined.indexOf(TAG_SEPARATOR);
        if (end < 0) {
            return List.of(Tag.of(joined));
        }
        List<Tag> tags = new ArrayList<>();
        int start = 0;
        for (; end >= 0; end = joined.indexOf(TAG_SEPARATOR, start)) {
            tags.add(Tag.of(joined.substring(start, end)));
            start = end + 1;
        }
        tags.add(Tag.of(joined.substring(start)));
        return tags;
    }
}
