package dev.indelible.kurrentdb;

import dev.indelible.EventStoreException.Unsupported;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Range;
import dev.indelible.event.StreamName;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.Position;
import io.kurrent.dbclient.ReadAllOptions;
import io.kurrent.dbclient.ReadStreamOptions;
import io.kurrent.dbclient.RecordedEvent;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.StreamNotFoundException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads pages of events. Links are not followed: a link is an event of its stream. For any number of threads. */
final class Reader {
    private final KurrentDBClient client;

    Reader(KurrentDBClient client) {
        this.client = client;
    }

    /** Position of the last event of the store, of the system's too; 0: there is none. */
    long head() {
        List<RecordedEvent> last = all(null, true, 1);
        return last.isEmpty() ? 0 : EventForm.position(last.get(0));
    }

    /** A read of what matches, as of now. */
    PageCursor read(EventQuery query, Range range) {
        long head = head();
        StreamName stream = query.singleStream().orElse(null);
        // What is new in a stream is found sooner at the end of the store than by reading the stream from its start.
        boolean byStream = stream != null
                && (range.backwards() || range.usesVersions() || range.after().value() == 0);
        return new PageCursor(this, byStream ? stream : null, query, range, head);
    }

    /** Up to so many events of a stream from a version on, or back from it; back from the end: from the greatest. */
    List<RecordedEvent> stream(StreamName stream, long fromVersion, boolean backwards, long count) {
        ReadStreamOptions options = ReadStreamOptions.get().maxCount(count).resolveLinkTos(false);
        if (backwards) {
            options = fromVersion == Long.MAX_VALUE
                    ? options.backwards().fromEnd()
                    : options.backwards().fromRevision(fromVersion - 1);
        } else {
            options = options.forwards().fromRevision(fromVersion - 1);
        }
        try {
            return events(
                    Failures.answer(client.readStream(stream.value(), options)).getEvents());
        } catch (StreamNotFoundException | Unsupported e) {
            return List.of(); // Never there, or deleted: for now or for ever.
        }
    }

    /**
     * Up to so many events of the store, of the system's too: forwards from the one at the position on, backwards from
     * the one before it; null: from the start or the end.
     */
    List<RecordedEvent> all(@Nullable Long position, boolean backwards, long count) {
        ReadAllOptions options = ReadAllOptions.get().maxCount(count).resolveLinkTos(false);
        options = backwards ? options.backwards() : options.forwards();
        if (position != null) {
            options = options.fromPosition(new Position(position, position));
        } else {
            options = backwards ? options.fromEnd() : options.fromStart();
        }
        return events(Failures.answer(client.readAll(options)).getEvents());
    }

    private static List<RecordedEvent> events(List<ResolvedEvent> read) {
        return read.stream().map(ResolvedEvent::getOriginalEvent).toList();
    }
}
