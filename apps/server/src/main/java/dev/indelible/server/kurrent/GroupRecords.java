package dev.indelible.server.kurrent;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.EventStore;
import dev.indelible.Events;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Json;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.server.kurrent.Written.Recorded;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a group keeps in the store: its checkpoint, and links to the events that are parked. For one thread. */
final class GroupRecords {
    private static final String CHECKPOINT_TYPE = "$SubscriptionCheckpoint";
    private static final String SERVER = "server";
    private static final int CHECKPOINTS_SHOWN = 2;
    private static final int REASON_CHARS_MAX = 4_096;
    private static final Pattern PLACE = Pattern.compile("(?:C:)?(\\d{1,18})(?:/P:\\d+)?");
    private static final Logger LOG = LoggerFactory.getLogger(KurrentGateway.class);

    private final EventStore store;
    private final Writer writer;
    private final GroupKey key;
    private final String server;
    private Expectation expected = Expectation.NO_STREAM;
    private String lastBy = "";
    private boolean warned;

    /**
     * The records of a group.
     *
     * @param server tells the checkpoints of this server from those of another one
     */
    GroupRecords(EventStore store, Writer writer, GroupKey key, String server) {
        this.store = store;
        this.writer = writer;
        this.key = key;
        this.server = server;
    }

    /** Hides what a group of that name left. */
    void hideAll() {
        hide(key.checkpointStream(), CHECKPOINTS_SHOWN);
        hide(key.parkedStream(), 0);
    }

    private void hide(String stream, int countMax) {
        long version = StreamState.of(store, stream).version();
        if (version > 0 || countMax > 0) {
            JsonObject metadata = new JsonObject().number("$tb", version);
            writeMetadata(stream, (countMax > 0 ? metadata.number("$maxCount", countMax) : metadata).toPayload());
        }
    }

    private void writeMetadata(String stream, Payload json) {
        NewEvent event = NewEvent.of(StreamState.METADATA_TYPE, json);
        writer.append(StreamState.META_PREFIX + stream, Expectation.ANY, List.of(event));
    }

    /** The last checkpoint; whoever records the next one does so after this one. */
    OptionalLong checkpoint() {
        String stream = key.checkpointStream();
        StreamState state = StreamState.of(store, stream);
        expected = state.version() == 0 ? Expectation.NO_STREAM : Expectation.revision(state.lastRevision());
        try (Events last =
                store.read(EventQuery.stream(stream), Range.all().fromTheEnd().limit(1))) {
            RecordedEvent event = last.hasNext() ? last.next() : null;
            if (event == null || !state.shows(event, Instant.now())) {
                return OptionalLong.empty();
            }
            lastBy = serverOf(event);
            Matcher place = PLACE.matcher(event.data().text().replace("\"", ""));
            return place.matches() ? OptionalLong.of(Long.parseLong(place.group(1))) : OptionalLong.empty();
        }
    }

    /** Records it, unless a later one is recorded already. Only so another server that serves the group is noticed. */
    void checkpoint(long place) {
        Payload by = new JsonObject().text(SERVER, server).toPayload();
        Payload data = Payload.json("\"" + place(place, key.isAll()) + "\"");
        boolean recorded = false;
        while (!recorded) {
            NewEvent event = event(CHECKPOINT_TYPE, data, by);
            Written written = writer.append(key.checkpointStream(), expected, List.of(event));
            if (written instanceof Recorded now) {
                expected = Expectation.revision(now.revision());
                recorded = true;
            } else {
                recorded = checkpoint().orElse(-1) >= place;
                warnOfAnother();
            }
        }
    }

    private void warnOfAnother() {
        if (!warned && !lastBy.equals(server)) {
            warned = true;
            LOG.warn("group {} is served by another server too: each delivers all of its events", key);
        }
    }

    private static String serverOf(RecordedEvent checkpoint) {
        return checkpoint.metadata().isJson()
                        && Json.parse("metadata", checkpoint.metadata().toBytes()) instanceof Map<?, ?> members
                        && members.get(SERVER) instanceof String name
                ? name
                : "";
    }

    /** A place as clients know it. */
    static String place(long place, boolean all) {
        return all ? "C:" + place + "/P:" + place : Long.toString(place);
    }

    /**
     * The parked events.
     *
     * @param from revision of the first one
     * @param before behind the revision of the last one
     */
    record Parked(long from, long before) {
        long count() {
            return before - from;
        }
    }

    Parked parked() {
        StreamState state = StreamState.of(store, key.parkedStream());
        long from = state.isShown() ? Math.max(0, state.firstRevision()) : state.version();
        return new Parked(Math.min(from, state.version()), state.version());
    }

    /** The link that is to be recorded of an event that is parked. */
    static NewEvent link(GroupEvent event, String reason) {
        Payload metadata = new JsonObject()
                .text("added", Instant.now().toString())
                .text("reason", clean(reason))
                .number("subscriptionEventNumber", event.number())
                .toPayload();
        return event(EventForm.LINK, Payload.binary(event.address().getBytes(UTF_8)), metadata);
    }

    private static String clean(String reason) {
        String text = reason.replace('\0', ' ');
        int end = Math.min(text.length(), REASON_CHARS_MAX);
        return text.substring(0, end > 0 && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }

    /** Records the links; to repeat it with the same links changes nothing. */
    void park(List<NewEvent> links) {
        writer.append(key.parkedStream(), Expectation.ANY, links);
    }

    /** Links to parked events, of those revisions. */
    List<RecordedEvent> links(long from, long before) {
        Range range = Range.all().fromVersion(from + 1).toVersion(before);
        try (Events events = store.read(EventQuery.stream(key.parkedStream()), range)) {
            return events.toList();
        }
    }

    /** The parked events before that revision are done with. */
    void unpark(long before) {
        StreamState state = StreamState.of(store, key.parkedStream());
        if (state.isShown() && before > state.firstRevision()) {
            writeMetadata(key.parkedStream(), StreamMetadata.truncated(state.metadataJson(), before));
        }
    }

    private static NewEvent event(String type, Payload data, Payload metadata) {
        UUID id = NewEvent.timeOrderedId(Clock.systemUTC());
        return new NewEvent(id, type, 1, data, metadata, List.of());
    }
}
