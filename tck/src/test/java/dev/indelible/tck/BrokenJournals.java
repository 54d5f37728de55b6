package dev.indelible.tck;

import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Guard;
import dev.indelible.event.Limits;
import dev.indelible.event.Metadata;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Capability;
import dev.indelible.journal.Cursor;
import dev.indelible.journal.Description;
import dev.indelible.journal.Outcome;
import dev.indelible.memory.MemoryJournal;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Journals that each break one promise, in the way in which stores have broken it. */
final class BrokenJournals {
    private BrokenJournals() {}

    /** 1: an old event changes when others are appended. */
    static class Rewriting extends KeptJournal {
        Rewriting(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Cursor read(EventQuery query, Range range) {
            long head = head().value();
            return map(super.read(query, range), e -> e.position().value() + 8 < head ? withData(e, "0") : e);
        }
    }

    /** 2: the events of an append are recorded one by one. */
    static class OneByOne extends KeptJournal {
        OneByOne(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Outcome append(Append append) {
            Outcome outcome = super.append(new Append(append.parts().subList(0, 1), append.guards()));
            for (int i = 1; i < append.parts().size() && !(outcome instanceof Outcome.Refused); i++) {
                outcome = super.append(new Append(append.parts().subList(i, i + 1), append.guards()));
            }
            return outcome;
        }
    }

    /** 3: a version is left out. */
    static class Gapped extends KeptJournal {
        Gapped(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Cursor read(EventQuery query, Range range) {
            return map(super.read(query, range), e -> withVersion(e, e.version() > 2 ? e.version() + 1 : e.version()));
        }
    }

    /** 4: an event appears after later ones were seen, as with a sequence and MAX(). */
    static class Late extends KeptJournal {
        Late(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Cursor read(EventQuery query, Range range) {
            long head = head().value();
            return filter(
                    super.read(query, range),
                    e -> e.position().value() % 7 != 0 || head - e.position().value() > 2);
        }
    }

    /** 5 and 7: versions and guards are looked at before the lock is taken, so that all racers see the same. */
    static class CheckThenAct extends KeptJournal {
        private final CyclicBarrier looking = new CyclicBarrier(2);

        CheckThenAct(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Outcome append(Append append) {
            for (Append.Part part : append.parts()) {
                long actual = EventStoreVersions.of(this, part.stream());
                if (!part.expected().allows(actual)) {
                    return new Outcome.VersionConflict(part.stream(), part.expected(), actual);
                }
            }
            for (Guard guard : append.guards()) {
                RecordedEvent found = kept.read(
                                guard.query(), Range.all().after(guard.after()).limit(1))
                        .next();
                if (found != null) {
                    return new Outcome.GuardConflict(guard, found.position());
                }
            }
            meetAnother();
            List<Append.Part> unconditional = append.parts().stream()
                    .map(part -> new Append.Part(part.stream(), ExpectedVersion.any(), part.events()))
                    .toList();
            return super.append(new Append(unconditional, List.of()));
        }

        private void meetAnother() {
            try {
                looking.await(50, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (java.util.concurrent.TimeoutException | java.util.concurrent.BrokenBarrierException e) {
                looking.reset();
            }
        }
    }

    /** 6: ids are remembered in memory only. */
    static class Forgetful extends KeptJournal {
        private final long since;

        Forgetful(MemoryJournal kept) {
            super(kept);
            since = kept.head().value();
        }

        @Override
        public Outcome append(Append append) {
            Outcome outcome = super.append(append);
            boolean old = outcome instanceof Outcome.Recorded recorded
                    && recorded.appended().repeated()
                    && recorded.appended().position().value() <= since;
            return old ? super.append(withNewIds(append)) : outcome;
        }
    }

    /** 6: it says that ids are not for ever, but forgets them at a stated version too. */
    static final class FranklyForgetful extends Forgetful {
        FranklyForgetful(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Set<Capability> capabilities() {
            return EnumSet.complementOf(EnumSet.of(Capability.PERMANENT_IDS));
        }
    }

    /**
     * 6: ids are looked at only if a condition fails, so that a retry with any or at the same version records twice.
     */
    static class IdsOnConflictOnly extends KeptJournal {
        IdsOnConflictOnly(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Outcome append(Append append) {
            boolean conditionHolds = append.parts().stream()
                    .allMatch(part -> part.expected().allows(EventStoreVersions.of(this, part.stream())));
            Outcome outcome = super.append(append);
            boolean repeated = outcome instanceof Outcome.Recorded recorded
                    && recorded.appended().repeated();
            return conditionHolds && repeated ? super.append(withNewIds(append)) : outcome;
        }
    }

    /** 6: a retry is taken for the same whatever it holds. */
    static class BlindToContent extends KeptJournal {
        BlindToContent(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Outcome append(Append append) {
            Outcome outcome = super.append(append);
            return outcome instanceof Outcome.IdConflict
                    ? super.append(Append.to(StreamName.of("Ghost-1"), ExpectedVersion.any(), NewEvent.json("G", "1")))
                    : outcome;
        }
    }

    /** 7: guards are passed over. */
    static class Guardless extends KeptJournal {
        Guardless(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Outcome append(Append append) {
            return super.append(new Append(append.parts(), List.of()));
        }
    }

    /** 7: the position to guard with is taken when the read is over, and so newer than what was read. */
    static class NewerAsOf extends KeptJournal {
        NewerAsOf(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Cursor read(EventQuery query, Range range) {
            Cursor cursor = super.read(query, range);
            return new Cursor() {
                @Override
                public Position asOf() {
                    return head();
                }

                @Override
                public @Nullable RecordedEvent next() {
                    return cursor.next();
                }
            };
        }
    }

    /** 8: versions are looked at before ids. */
    static class VersionsFirst extends KeptJournal {
        VersionsFirst(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Outcome append(Append append) {
            for (Append.Part part : append.parts()) {
                long actual = EventStoreVersions.of(this, part.stream());
                if (!part.expected().allows(actual)) {
                    return new Outcome.VersionConflict(part.stream(), part.expected(), actual);
                }
            }
            return super.append(append);
        }
    }

    /** 9: what was acknowledged last is lost with the process. */
    static class Losing extends KeptJournal {
        Losing(MemoryJournal kept) {
            super(kept);
        }

        /** The disk without its last append. */
        static MemoryJournal withoutTheLast(MemoryJournal kept) {
            MemoryJournal copy = new MemoryJournal();
            Cursor all = kept.read(EventQuery.all(), Range.all().before(kept.head()));
            for (RecordedEvent e = all.next(); e != null; e = all.next()) {
                NewEvent event = new NewEvent(e.id(), e.type(), e.schemaVersion(), e.data(), e.metadata(), e.tags());
                copy.append(Append.to(e.stream(), ExpectedVersion.any(), event));
            }
            return copy;
        }
    }

    /** 10: a read after a position begins with the event at it. */
    static class Repeating extends KeptJournal {
        Repeating(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Cursor read(EventQuery query, Range range) {
            Position from = Position.of(Math.max(0, range.after().value() - 1));
            return super.read(query, range.after().equals(Position.END) ? range : range.after(from));
        }
    }

    /** 10: a read that finds nothing does not say how far it has looked. */
    static class StuckOnNothing extends KeptJournal {
        StuckOnNothing(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Cursor read(EventQuery query, Range range) {
            Cursor cursor = super.read(query, range);
            return new Cursor() {
                private Position seen = range.after();

                @Override
                public Position asOf() {
                    return seen;
                }

                @Override
                public @Nullable RecordedEvent next() {
                    RecordedEvent event = cursor.next();
                    seen = event == null ? seen : event.position();
                    return event;
                }
            };
        }
    }

    /** 11: there are no limits. */
    static class Limitless extends KeptJournal {
        Limitless(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Limits limits() {
            int max = Integer.MAX_VALUE;
            return new Limits(max, max, max, max, max, max, max);
        }
    }

    /** 11: it refuses reserved names, which is the store's to do. */
    static class RefusingSystem extends KeptJournal {
        RefusingSystem(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Outcome append(Append append) {
            if (append.parts().stream().anyMatch(part -> part.stream().isSystem())) {
                throw new IllegalArgumentException("reserved");
            }
            return super.append(append);
        }
    }

    /** 12: it says nothing of itself. */
    static class Silent extends KeptJournal {
        Silent(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Description describe() {
            return Description.of("", "");
        }
    }

    /** 12: whoever waits for news learns of it only when the time is over, and then hears that there is none. */
    static class Deaf extends KeptJournal {
        Deaf(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public boolean await(Position after, Duration timeout) {
            return false;
        }
    }

    /** Query: the category of a stream is taken for what its name begins with. */
    static class PrefixCategory extends KeptJournal {
        PrefixCategory(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Cursor read(EventQuery query, Range range) {
            List<EventQuery.Item> items = query.items();
            String category = items.get(0).category();
            if (items.size() > 1 || category == null || !items.get(0).types().isEmpty()) {
                return super.read(query, range);
            }
            return filter(
                    super.read(EventQuery.all(), range.limit(Long.MAX_VALUE)),
                    e -> e.stream().value().startsWith(category));
        }
    }

    /** Envelope: numbers become doubles, and metadata is dropped. */
    static class Lossy extends KeptJournal {
        Lossy(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Cursor read(EventQuery query, Range range) {
            return map(super.read(query, range), e -> {
                String text = e.data().text();
                boolean isNumber = e.data().isJson() && text.matches("[0-9]+");
                return isNumber ? withData(e, Double.toString(Double.parseDouble(text))) : e;
            });
        }
    }

    /** Envelope: JSON comes back as the same value in another spelling, and a hash of it is another. */
    static class Respelling extends KeptJournal {
        Respelling(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Cursor read(EventQuery query, Range range) {
            Cursor read = super.read(query, range);
            return map(
                    read, e -> e.data().isJson() ? withData(e, e.data().text().strip()) : e);
        }
    }

    /** Capabilities: it says that it cannot, but the store lets the call through because it can. */
    static class Modest extends KeptJournal {
        Modest(MemoryJournal kept) {
            super(kept);
        }

        @Override
        public Set<Capability> capabilities() {
            return EnumSet.complementOf(EnumSet.of(Capability.DURABLE));
        }
    }

    private static Append withNewIds(Append append) {
        List<Append.Part> parts = append.parts().stream()
                .map(part -> new Append.Part(
                        part.stream(),
                        ExpectedVersion.any(),
                        part.events().stream()
                                .map(event -> event.withId(NewEvent.timeOrderedId(Clock.systemUTC())))
                                .toList()))
                .toList();
        return new Append(parts, List.of());
    }

    private static RecordedEvent withData(RecordedEvent e, String json) {
        return copy(e, e.id(), e.version(), Payload.json(json));
    }

    private static RecordedEvent withVersion(RecordedEvent e, long version) {
        return copy(e, e.id(), version, e.data());
    }

    private static RecordedEvent copy(RecordedEvent e, UUID id, long version, Payload data) {
        Payload metadata = Metadata.NONE.toPayload();
        return new RecordedEvent(
                id,
                e.stream(),
                e.type(),
                version,
                e.schemaVersion(),
                data,
                metadata,
                e.tags(),
                e.position(),
                e.recordedAt());
    }

    private static Cursor filter(Cursor cursor, Function<RecordedEvent, Boolean> keep) {
        return new Cursor() {
            @Override
            public Position asOf() {
                return cursor.asOf();
            }

            @Override
            public @Nullable RecordedEvent next() {
                RecordedEvent event = cursor.next();
                while (event != null && !keep.apply(event)) {
                    event = cursor.next();
                }
                return event;
            }
        };
    }

    private static Cursor map(Cursor cursor, UnaryOperator<RecordedEvent> change) {
        return new Cursor() {
            @Override
            public Position asOf() {
                return cursor.asOf();
            }

            @Override
            public @Nullable RecordedEvent next() {
                RecordedEvent event = cursor.next();
                return event == null ? null : change.apply(event);
            }
        };
    }

    /** The version of a stream, read without any lock. */
    private static final class EventStoreVersions {
        static long of(KeptJournal journal, StreamName stream) {
            RecordedEvent last = journal.kept
                    .read(EventQuery.stream(stream), Range.all().fromTheEnd().limit(1))
                    .next();
            return last == null ? 0 : last.version();
        }
    }
}
