package dev.indelible.dynamodb;

import dev.indelible.dynamodb.Keys.Chain;
import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Guard;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Admission;
import dev.indelible.journal.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** Whether an append that could not be recorded at once is to be refused, or is recorded already, by what is stored. */
final class Examination {
    private final Service service;
    private final Chains chains;
    private final Reader reader;

    Examination(Service service, Chains chains, Reader reader) {
        this.service = service;
        this.chains = chains;
        this.reader = reader;
    }

    /**
     * The answer, or nothing if the append can be recorded.
     *
     * @param own tokens of commits that were tried for this very call: what they recorded is no repetition
     */
    Optional<Outcome> of(Append append, Set<String> own) {
        Stored stored = new Stored();
        stored.lookForIds(append);
        if (stored.known.isEmpty()) {
            stored.lookForRefusals(append);
            stored.lookForIds(append);
        }
        Map<UUID, Map<String, AttributeValue>> known = stored.known;
        Optional<Outcome> outcome = Admission.check(append, stored);
        UUID first = append.events().map(NewEvent::id).findFirst().orElseThrow();
        boolean isOwn = known.containsKey(first) && own.contains(Transaction.Ids.commit(known.get(first)));
        return outcome.map(answer -> answer instanceof Outcome.Recorded recorded && isOwn
                ? new Outcome.Recorded(new Appended(recorded.appended().parts(), false))
                : answer);
    }

    /**
     * What is in the table. Others append meanwhile, perhaps this very append: so what decides first is looked for
     * last. Since what is recorded stays, an answer is then right for the moment at which its reason was looked for.
     */
    private final class Stored implements Admission.State {
        private final Map<UUID, Map<String, AttributeValue>> known = new HashMap<>();
        private final Map<StreamName, Long> versions = new HashMap<>();
        private final Map<Guard, Position> matches = new HashMap<>();

        void lookForIds(Append append) {
            List<Map<String, AttributeValue>> keys =
                    append.events().map(event -> Keys.id(event.id())).toList();
            Service.Deadline deadline = service.deadline();
            while (true) {
                try {
                    service.getTogether(keys).stream()
                            .filter(item -> !item.isEmpty())
                            .forEach(item -> known.put(Transaction.Ids.of(item), item));
                    return;
                } catch (TransactionCanceledException e) {
                    deadline.pause("a commit is always on the way", e);
                }
            }
        }

        void lookForRefusals(Append append) {
            for (Guard guard : append.guards()) {
                RecordedEvent last = reader.read(
                                guard.query(),
                                Range.all().after(guard.after()).fromTheEnd().limit(1))
                        .next();
                matches.put(guard, last == null ? Position.START : last.position());
            }
            for (Append.Part part : append.parts()) {
                if (!part.expected().equals(ExpectedVersion.any())) {
                    versions.put(part.stream(), chains.ask(Chain.of(part.stream())));
                }
            }
        }

        @Override
        public boolean knows(UUID eventId) {
            return known.containsKey(eventId);
        }

        @Override
        public List<RecordedEvent> appendOf(UUID eventId) {
            List<RecordedEvent> events = new ArrayList<>();
            for (Transaction.Ids.Part part : Transaction.Ids.parts(known.getOrDefault(eventId, Map.of()))) {
                events.addAll(reader.events(part.stream(), part.version(), part.count()));
            }
            return events;
        }

        @Override
        public long version(StreamName stream) {
            return versions.getOrDefault(stream, 0L);
        }

        @Override
        public Position lastMatch(EventQuery query, Position after) {
            return matches.getOrDefault(new Guard(query, after), Position.START);
        }
    }
}
