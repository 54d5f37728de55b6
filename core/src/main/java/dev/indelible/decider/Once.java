package dev.indelible.decider;

import dev.indelible.Codec;
import dev.indelible.EventStore;
import dev.indelible.decider.Repository.Handled;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Json;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The mark of a command that is handled once: what it leads to is tagged with its id, and recorded unless something
 * with that tag is there. A command that changed nothing leaves an event of its own, or it would be decided again on
 * another state.
 */
final class Once {
    private static final String TAG = "command_id";
    private static final String CHANGED_NOTHING = "CommandChangedNothing";

    private final Tag tag;
    private final EventQuery query;
    private final StreamName own;

    Once(String commandId, String category) {
        try {
            this.tag = Tag.of(TAG, commandId);
            this.own = StreamName.of(category + "Command", commandId);
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new IllegalArgumentException(
                    "command id: " + (commandId == null ? "null" : '"' + commandId + '"')
                            + " (expected: a text that can be a tag's value): " + e.getMessage(),
                    e);
        }
        this.query = EventQuery.tags(tag.text());
    }

    /** What the command led to, if it was handled. */
    <S, E> Optional<Handled<S, E>> before(EventStore store, Codec<E> codec, Ground<S, E> ground) {
        List<RecordedEvent> recorded = store.read(query).toList();
        if (recorded.isEmpty()) {
            return Optional.empty();
        }
        RecordedEvent last = recorded.getLast();
        List<E> events = new ArrayList<>();
        Position position = last.position();
        if (last.stream().equals(own) && last.type().equals(CHANGED_NOTHING)) {
            Map<?, ?> nothing = (Map<?, ?>) Json.parse("data", last.data().toBytes());
            requireSame(ground.name().equals(nothing.get("of")), String.valueOf(nothing.get("of")), ground);
            position = Position.of(Long.parseLong(String.valueOf(nothing.get("position"))));
        } else {
            for (RecordedEvent event : recorded) {
                requireSame(ground.holds(event), event.stream().value(), ground);
                events.addAll(codec.decode(event));
            }
        }
        Replayed<S> then = ground.at(position);
        return Optional.of(new Handled<>(events, then.state(), then.version(), position, 0));
    }

    /** An append that says that there was nothing to append. */
    Append nothing(Ground<?, ?> ground, Replayed<?> now) {
        StringBuilder data = new StringBuilder("{\"of\":");
        Json.quote(ground.name(), data);
        data.append(",\"position\":").append(now.position().value()).append('}');
        NewEvent nothing = NewEvent.of(CHANGED_NOTHING, Payload.json(data.toString()));
        return Append.to(own, ExpectedVersion.any(), marked(nothing)).unless(query, Position.START);
    }

    /** That append, with the mark. */
    Append mark(Append append) {
        List<Append.Part> parts = new ArrayList<>();
        for (Append.Part part : append.parts()) {
            parts.add(new Append.Part(
                    part.stream(),
                    part.expected(),
                    part.events().stream().map(this::marked).toList()));
        }
        return new Append(parts, append.guards()).unless(query, Position.START);
    }

    private NewEvent marked(NewEvent event) {
        List<Tag> tags = new ArrayList<>(event.tags());
        if (!tags.contains(tag)) {
            tags.add(tag);
        }
        return event.withTags(tags);
    }

    private void requireSame(boolean same, String handled, Ground<?, ?> ground) {
        if (!same) {
            throw new IllegalArgumentException(
                    "command %s: handled for %s (expected: %s)".formatted(tag.value(), handled, ground.name()));
        }
    }
}
