package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import dev.indelible.journal.Capability;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A query means in an engine what {@link EventQuery#matches} says, whatever it asks for. */
interface QueryContract extends ContractBase {
    /** Streams whose names are easily mistaken for each other. */
    List<String> STREAMS = List.of(
            "Order-1",
            "Order-10",
            "Order-2",
            "Orders-1",
            "Or-der-1",
            "Order",
            "Ord",
            "order-1",
            "Örder-1",
            "-Order-1",
            "Order-",
            "Order-%",
            "Order-_",
            "Order-1'--",
            "Order-\"q\"",
            "Order-😀",
            "A:b-c",
            "A");

    /** Types of the same kind. */
    List<String> TYPES = List.of("Placed", "Place", "placed", "Placed2", "Ünïcode", "a b");

    /** Tags of the same kind. */
    List<String> TAGS = List.of("a:1", "a:10", "a:1:2", "b:1", "ab:1", "a:ü", "a:'", "c:%");

    @Test
    default void every_query_finds_exactly_what_matches() {
        long seed = Long.getLong("indelible.seed", System.nanoTime());
        System.out.println("QueryContract: -Dindelible.seed=" + seed);
        Random random = new Random(seed);
        appendRandomly(random, 300);
        List<RecordedEvent> all = all();
        assertThat(all).hasSizeGreaterThanOrEqualTo(300);
        assertQueriesAgree(store(), all, random);
        reopened().ifPresent(store -> {
            assertThat(all()).isEqualTo(all);
            assertQueriesAgree(store, all, random);
        });
    }

    private void appendRandomly(Random random, int appends) {
        for (int i = 0; i < appends; i++) {
            List<NewEvent> events = new ArrayList<>();
            for (int k = 0; k <= random.nextInt(3); k++) {
                NewEvent event = NewEvent.json(pick(random, TYPES), Integer.toString(i));
                events.add(has(Capability.TAGS) ? event.withTags(List.copyOf(tags(random))) : event);
            }
            append(pick(random, STREAMS), ExpectedVersion.any(), events.toArray(NewEvent[]::new));
        }
    }

    private void assertQueriesAgree(EventStore store, List<RecordedEvent> all, Random random) {
        for (int i = 0; i < 400; i++) {
            EventQuery query = query(random);
            Range range = range(random, all, query);
            List<RecordedEvent> candidates = new ArrayList<>(all);
            if (range.backwards()) {
                Collections.reverse(candidates);
            }
            List<RecordedEvent> expected = candidates.stream()
                    .filter(event -> query.matches(event) && range.contains(event))
                    .limit(range.limit())
                    .toList();
            assertThat(store.read(query, range).toList())
                    .as("%s in %s", query, range)
                    .isEqualTo(expected);
        }
    }

    private EventQuery query(Random random) {
        List<EventQuery.Item> items = new ArrayList<>();
        for (int i = 0; i <= (random.nextInt(3) == 0 ? random.nextInt(4) : 0); i++) {
            Set<String> types = new LinkedHashSet<>();
            for (int k = random.nextInt(3); k > 0; k--) {
                types.add(pick(random, TYPES));
            }
            StreamName stream = random.nextInt(3) == 0 ? StreamName.of(pick(random, STREAMS)) : null;
            String category = random.nextInt(3) == 0
                    ? StreamName.of(pick(random, STREAMS)).category()
                    : null;
            Set<Tag> tags = has(Capability.TAGS) && random.nextBoolean() ? tags(random) : Set.of();
            items.add(new EventQuery.Item(stream, category, types, tags));
        }
        return new EventQuery(items);
    }

    private Range range(Random random, List<RecordedEvent> all, EventQuery query) {
        Range range = Range.all();
        if (random.nextInt(3) == 0) {
            range = range.after(somewhere(random, all));
        }
        if (random.nextInt(3) == 0) {
            range = range.before(somewhere(random, all));
        }
        if (query.singleStream().isPresent() && random.nextBoolean()) {
            range = range.fromVersion(random.nextInt(30)).toVersion(random.nextInt(60));
        }
        if (random.nextBoolean()) {
            range = range.fromTheEnd();
        }
        return random.nextBoolean() ? range.limit(random.nextInt(20)) : range;
    }

    private static Position somewhere(Random random, List<RecordedEvent> all) {
        return switch (random.nextInt(10)) {
            case 0 -> Position.START;
            case 1 -> Position.of(all.get(all.size() - 1).position().value() + 1_000);
            default -> all.get(random.nextInt(all.size())).position();
        };
    }

    private static Set<Tag> tags(Random random) {
        Set<Tag> tags = new LinkedHashSet<>();
        for (int k = random.nextInt(4); k > 0; k--) {
            tags.add(Tag.of(pick(random, TAGS)));
        }
        return tags;
    }

    private static String pick(Random random, List<String> values) {
        return values.get(random.nextInt(values.size()));
    }
}
