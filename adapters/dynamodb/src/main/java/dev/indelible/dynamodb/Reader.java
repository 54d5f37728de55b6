package dev.indelible.dynamodb;

import dev.indelible.dynamodb.Keys.Chain;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Finds the way to what a query asks for: along streams and tags if every alternative names one, or else through the
 * whole store.
 *
 * <p>A commit is atomic, but becomes readable item by item, so that a head and a stream that are read one after the
 * other need not belong together. A read therefore begins with a transaction that reads the head, and that the next
 * item of each stream and tag is not there.
 *
 * <p>The service cancels it while a commit changes the head, which in a busy table is nearly always. Then the head is
 * read first, and the transaction reads the next items alone: of a commit that the head shows it finds the items, or is
 * cancelled while they are being written. So streams and tags end there at the head or later, and what is later is left
 * out by its position.
 */
final class Reader {
    private final Service service;
    private final Chains chains;

    Reader(Service service, Chains chains) {
        this.service = service;
        this.chains = chains;
    }

    /**
     * Up to where to read.
     *
     * @param head position of the last event
     * @param ends where the chains of the query end there; none: read the whole store
     */
    record Extent(long head, Map<Chain, Long> ends) {}

    /** What matches, as of now. */
    SliceCursor read(EventQuery query, Range range) {
        return read(query, range, extent(chainsOf(query)));
    }

    /** What matches, as of then. */
    SliceCursor read(EventQuery query, Range range, Extent extent) {
        long end = Math.max(0, Math.min(extent.head(), range.before().value() - 1));
        List<Source> sources = new ArrayList<>();
        if (range.limit() > 0 && range.after().value() < end) {
            if (extent.ends().isEmpty()) {
                sources.add(
                        new LogSource(service, range.after().value(), end, range.backwards(), slicesMax(query, range)));
            }
            extent.ends().forEach((chain, last) -> sources.add(source(chain, last, query, range)));
        }
        return new SliceCursor(sources, query, range, Position.of(end));
    }

    private Source source(Chain chain, long last, EventQuery query, Range range) {
        long from = 1;
        long to = last;
        if (query.singleStream().isPresent()) {
            from = Math.max(from, range.fromVersion());
            to = Math.min(to, range.toVersion());
        }
        if (from <= to && range.after().value() > 0) {
            from = Math.max(from, chains.firstAfter(chain, last, range.after().value()));
        }
        if (from <= to && range.backwards() && !range.before().equals(Position.END)) {
            to = Math.min(to, chains.firstAfter(chain, last, range.before().value() - 2));
        }
        return new ChainSource(
                service, chain, new ChainSource.Numbers(from, to), range.backwards(), slicesMax(query, range));
    }

    /** More slices than that need never be read, if all their events match. */
    private static long slicesMax(EventQuery query, Range range) {
        EventQuery.Item item = query.items().getFirst();
        boolean isExact = query.items().size() == 1
                && item.types().isEmpty()
                && item.category() == null
                && item.tags().isEmpty();
        return isExact ? range.limit() : Long.MAX_VALUE;
    }

    /** One chain for each alternative; none if an alternative names neither stream nor tag, or they are too many. */
    static Set<Chain> chainsOf(EventQuery query) {
        Set<Chain> all = new LinkedHashSet<>();
        for (EventQuery.Item item : query.items()) {
            if (item.stream() != null) {
                all.add(Chain.of(item.stream()));
            } else if (!item.tags().isEmpty()) {
                all.add(Chain.of(item.tags().stream().sorted().toList().getFirst()));
            } else {
                return Set.of();
            }
        }
        return all.size() < Service.ITEMS_MAX ? all : Set.of();
    }

    private Extent extent(Set<Chain> named) {
        if (named.isEmpty()) {
            return new Extent(Head.of(service.get(Keys.HEAD, true)).last(), Map.of());
        }
        Map<Chain, Long> ends = new LinkedHashMap<>();
        named.forEach(chain -> ends.put(chain, chains.end(chain)));
        Service.Deadline deadline = service.deadline();
        boolean isHeadBusy = false;
        while (true) {
            List<Map<String, AttributeValue>> keys = new ArrayList<>();
            ends.forEach((chain, end) -> keys.add(chain.key(end + 1)));
            Map<String, AttributeValue> head = Map.of();
            if (isHeadBusy) {
                head = service.get(Keys.HEAD, true).orElse(head);
            } else {
                keys.add(Keys.HEAD);
            }
            try {
                List<Map<String, AttributeValue>> items = service.getTogether(keys);
                if (refresh(ends, items)) {
                    return new Extent(
                            Head.of(isHeadBusy ? head : items.getLast()).last(), ends);
                }
            } catch (TransactionCanceledException e) {
                if (isHeadBusy) { // Or the items that come next are too large together: then this leaves them behind.
                    ends.replaceAll((chain, end) -> chains.ask(chain));
                }
                isHeadBusy = true;
            }
            deadline.pause("streams or tags grow faster than they can be read", null);
        }
    }

    /** Asks where chains end whose next item is there after all; returns whether none is. */
    private boolean refresh(Map<Chain, Long> ends, List<Map<String, AttributeValue>> nextItems) {
        boolean isNone = true;
        int i = 0;
        for (Map.Entry<Chain, Long> end : ends.entrySet()) {
            if (!nextItems.get(i++).isEmpty()) {
                end.setValue(chains.ask(end.getKey()));
                isNone = false;
            }
        }
        return isNone;
    }

    /** The events of an append, or of its part, that are known to be recorded. */
    List<RecordedEvent> events(Chain stream, long firstVersion, int count) {
        long last = firstVersion + count - 1;
        Source source =
                new ChainSource(service, stream, new ChainSource.Numbers(firstVersion, last), false, Service.ITEMS_MAX);
        List<RecordedEvent> events = new ArrayList<>();
        for (Slice slice = source.next(); slice != null; slice = source.next()) {
            for (RecordedEvent event : slice.events()) {
                if (event.version() >= firstVersion && event.version() <= last) {
                    events.add(event);
                }
            }
        }
        return events;
    }
}
