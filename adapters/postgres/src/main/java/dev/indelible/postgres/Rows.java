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
            + " e.event_data, e.metadata, array_to_string(e.tags, U&'\\001F'),"
            + " (date_part('epoch', e.created_at) * 1000000)::BIGINT, e.event_bytes, e.metadata_bytes";

    /** As many nulls, to stand in a row that is not an event. */
    static final String NO_COLUMNS = "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL";

    private static final char TAG_SEPARATOR = 0x1f;

    private Rows() {}

    /** The event in the current row. */
    static RecordedEvent event(ResultSet row) throws SQLException {
        try {
            return new RecordedEvent(
                    (UUID) row.getObject(3),
                    StreamName.of(row.getString(5)),
                    row.getString(6),
                    row.getLong(2),
                    row.getInt(4),
                    payload(row.getBytes(7), row, 11),
                    payload(row.getBytes(8), row, 12),
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

    /** The JSON, or if there is none the bytes in the column. */
    private static Payload payload(byte @Nullable [] json, ResultSet row, int bytes) throws SQLException {
        if (json == null) {
            return Payload.of(Payload.Format.BINARY, ByteBuffer.wrap(row.getBytes(bytes)));
        }
        boolean isEmpty = json.length == 2 && json[0] == '{';
        return isEmpty ? Payload.EMPTY_OBJECT : Payload.of(Payload.Format.JSON, ByteBuffer.wrap(json));
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
