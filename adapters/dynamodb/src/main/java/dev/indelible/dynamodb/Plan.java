package dev.indelible.dynamodb;

import dev.indelible.dynamodb.Keys.Chain;
import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Guard;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What one commit is to record: as many appends as fit a transaction, each as if those before it were recorded. */
final class Plan {
    /** Less than the service's 4 MB, for what is not counted here exactly. */
    private static final long BYTES_MAX = 3_900_000;

    private static final int BYTES_OF_AN_ITEM = 400;

    /** Instead of a position up to which guards hold: one of them does not. */
    static final long REFUTED = -1;

    private final Chains chains;
    private final Recent recent;
    private final Head head;
    private final Instant recordedAt;

    private final Map<Chain, Long> ends = new HashMap<>();
    private final Set<UUID> ids = new HashSet<>();
    private final List<Slice> slices = new ArrayList<>();
    private final Map<Chain, Map<Long, Entry>> entries = new LinkedHashMap<>();
    private final Map<Chain, Set<Long>> absent = new LinkedHashMap<>();
    private final List<Planned> appends = new ArrayList<>();
    private int items = 1;
    private long bytes;
    private long last;

    /** How an append goes with a plan. */
    enum Verdict {
        /** It is part of it. */
        PLANNED,
        /** Not with what is planned already. */
        LATER,
        /** As far as is known here it must be refused. */
        SUSPECT,
        /** Whether its guards hold is not known here. */
        UNPROVEN
    }

    /** An append and where its events will be. */
    record Planned(Append append, Appended appended) {}

    Plan(Chains chains, Recent recent, Head head, Instant now) {
        this.chains = chains;
        this.recent = recent;
        this.head = head;
        this.recordedAt = now.isAfter(head.recordedAt()) ? now : head.recordedAt();
        this.last = head.last();
    }

    Head head() {
        return head;
    }

    long last() {
        return last;
    }

    Instant recordedAt() {
        return recordedAt;
    }

    List<Planned> appends() {
        return appends;
    }

    List<Slice> slices() {
        return slices;
    }

    Map<Chain, Map<Long, Entry>> entries() {
        return entries;
    }

    /** Numbers of chains that must not be there, and are not written either. */
    Map<Chain, Set<Long>> absent() {
        return absent;
    }

    Map<Chain, Long> ends() {
        return ends;
    }

    /**
     * Adds the append if it can be.
     *
     * @param provenTo its guards hold up to this position, or {@link #REFUTED}
     */
    Verdict add(Append append, long provenTo) {
        int more = itemsOf(append) - 1;
        long moreBytes = bytesOf(append);
        boolean isFull = items + more > Service.ITEMS_MAX || bytes + moreBytes > BYTES_MAX;
        if ((isFull && !appends.isEmpty()) || append.events().anyMatch(event -> ids.contains(event.id()))) {
            return Verdict.LATER;
        }
        for (Append.Part part : append.parts()) {
            Chain chain = Chain.of(part.stream());
            if (!part.expected().allows(end(chain, part.expected()))) {
                return ends.containsKey(chain) ? Verdict.LATER : Verdict.SUSPECT;
            }
        }
        if (provenTo == REFUTED) {
            return Verdict.SUSPECT;
        }
        for (Guard guard : append.guards()) {
            Verdict verdict = check(guard, Math.max(provenTo, guard.after().value()));
            if (verdict != Verdict.PLANNED) {
                return verdict;
            }
        }
        items += more;
        bytes += moreBytes;
        plan(append);
        return Verdict.PLANNED;
    }

    private Verdict check(Guard guard, long after) {
        for (Slice slice : slices) {
            if (slice.events().stream().anyMatch(guard.query()::matches)) {
                return Verdict.LATER;
            }
        }
        if (after >= head.last()) {
            return Verdict.PLANNED;
        } else if (recent.last() != head.last() || !recent.covers(after)) {
            return Verdict.UNPROVEN;
        }
        return recent.matches(guard.query(), after) ? Verdict.SUSPECT : Verdict.PLANNED;
    }

    /** Who expects a new stream need not ask for its version: the commit finds out. */
    private long end(Chain chain, @Nullable ExpectedVersion expected) {
        Long planned = ends.get(chain);
        if (planned != null) {
            return planned;
        }
        Long known = chains.known(chain);
        if (known != null) {
            return known;
        }
        return isNew(expected) ? 0 : chains.ask(chain);
    }

    static boolean isNew(@Nullable ExpectedVersion expected) {
        return expected instanceof ExpectedVersion.Exactly exactly && exactly.version() == 0;
    }

    private void plan(Append append) {
        List<Appended.Part> parts = new ArrayList<>();
        for (Append.Part part : append.parts()) {
            Chain chain = Chain.of(part.stream());
            long version = end(chain, part.expected());
            if (part.events().isEmpty()) {
                absent.computeIfAbsent(chain, any -> new LinkedHashSet<>()).add(version + 1);
                continue;
            }
            long firstPosition = last + 1;
            long firstVersion = version + 1;
            for (List<NewEvent> together : split(part)) {
                List<RecordedEvent> events = new ArrayList<>();
                for (NewEvent event : together) {
                    events.add(RecordedEvent.of(event, part.stream(), ++version, Position.of(++last), recordedAt));
                    ids.add(event.id());
                }
                Slice slice = new Slice(part.stream(), events);
                slices.add(slice);
                tagsOf(together).forEach(tag -> enter(Chain.of(tag), slice));
            }
            ends.put(chain, version);
            parts.add(new Appended.Part(
                    part.stream(), firstVersion, version, Position.of(firstPosition), Position.of(last)));
        }
        appends.add(new Planned(append, new Appended(parts, false)));
    }

    private void enter(Chain tag, Slice slice) {
        long number = end(tag, null) + 1;
        entries.computeIfAbsent(tag, any -> new LinkedHashMap<>()).put(number, Entry.of(slice));
        ends.put(tag, number);
    }

    /** Items of a commit of nothing but this append. */
    static int itemsOf(Append append) {
        int count = 1;
        for (Append.Part part : append.parts()) {
            if (part.events().isEmpty()) {
                count++;
            }
            for (List<NewEvent> together : split(part)) {
                count += 1 + together.size() + tagsOf(together).size();
            }
        }
        return count;
    }

    private static long bytesOf(Append append) {
        long sum = 0;
        long bytesOfAnId = BYTES_OF_AN_ITEM; // Which says where all parts of the append are.
        for (Append.Part part : append.parts()) {
            bytesOfAnId += Slice.sizeOf(part.stream());
        }
        for (Append.Part part : append.parts()) {
            for (List<NewEvent> together : split(part)) {
                sum += sizeOf(part.stream(), together) + together.size() * bytesOfAnId;
                for (Tag tag : tagsOf(together)) {
                    sum += BYTES_OF_AN_ITEM
                            + Slice.sizeOf(part.stream())
                            + tag.text().length();
                }
            }
        }
        return sum;
    }

    private static long sizeOf(StreamName stream, List<NewEvent> together) {
        return Slice.sizeOf(stream) + together.stream().mapToLong(Slice::sizeOf).sum();
    }

    /** In portions that are items of the service's size. */
    private static List<List<NewEvent>> split(Append.Part part) {
        List<List<NewEvent>> all = new ArrayList<>();
        List<NewEvent> together = new ArrayList<>();
        long size = Slice.sizeOf(part.stream());
        for (NewEvent event : part.events()) {
            long more = Slice.sizeOf(event);
            if (!together.isEmpty() && size + more > Slice.BYTES_MAX) {
                all.add(together);
                together = new ArrayList<>();
                size = Slice.sizeOf(part.stream());
            }
            together.add(event);
            size += more;
        }
        if (!together.isEmpty()) {
            all.add(together);
        }
        return all;
    }

    private static Set<Tag> tagsOf(List<NewEvent> events) {
        Set<Tag> tags = new LinkedHashSet<>();
        events.forEach(event -> tags.addAll(event.tags()));
        return tags;
    }

    /** All chains that planning the append asks about, and whether it will ask. */
    static Set<Chain> chainsOf(Append append) {
        Set<Chain> all = new LinkedHashSet<>();
        for (Append.Part part : append.parts()) {
            if (!isNew(part.expected())) {
                all.add(Chain.of(part.stream()));
            }
            tagsOf(part.events()).forEach(tag -> all.add(Chain.of(tag)));
        }
        return all;
    }
}
