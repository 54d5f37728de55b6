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
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Events as columns. */
final class Rows {
    /** What is selected of an event {@code e}; tags are separated by a character that none contains. */
    static final String COLUMNS = "e.global_position, e.version, e.id, e.schema_version, e.stream_id, e.event_type,"
            + " CASE WHEN e.event_bytes IS NULL THEN e.event_data END,"
            + " CASE WHEN e.metadata_bytes IS NULL AND e.metadata <> '{}' THEN e.metadata END,"
            + " array_to_string(e.tags, U&'\\001F'),"
            + " e.created_at, e.event_bytes, e.event_data IS NULL,"
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
                    row.getObject(10, OffsetDateTime.class).toInstant());
        } catch (IllegalArgumentException e) {
            throw new Corrupted("events: global_position " + row.getLong(1) + ": " + e.getMessage(), e);
        }
    }

    private static Payload json(byte[] bytes) {
        return Payload.of(Payload.Format.JSON, ByteBuffer.wrap(bytes));
    }

    /** Neither JSON nor bytes: metadata that is the empty object. */
    private static Payload payload(byte @Nullable [] bytes, boolean isBinary) {
        if (bytes == null) {
            return Payload.EMPTY_OBJECT;
        }
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
