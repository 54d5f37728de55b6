package dev.indelible.examples;

import dev.indelible.EventStore;
import dev.indelible.decider.Snapshots;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.StreamName;
import dev.indelible.jackson.JacksonCodec;
import dev.indelible.personal.FileKeyRing;
import dev.indelible.personal.KeyRing;
import dev.indelible.personal.MasterKeys;
import dev.indelible.personal.Personal;
import dev.indelible.personal.Shredding;
import dev.indelible.personal.Shredding.Shredded;
import dev.indelible.personal.Subject;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Orders whose customers ask to be forgotten: name and address are gone then, and the order stays. */
final class ForgottenCustomer {
    private final EventStore store;
    private final KeyRing keys;
    private final Snapshots snapshots;
    private final JacksonCodec<OrderEvent> codec;

    ForgottenCustomer(EventStore store, KeyRing keys, Snapshots snapshots) {
        this.store = store;
        this.keys = keys;
        this.snapshots = snapshots;
        this.codec = codec(keys);
    }

    sealed interface OrderEvent {}

    record Placed(
            String customer,
            @Personal(of = "customer") String name,
            @Personal(of = "customer") Optional<Address> address,
            BigDecimal total)
            implements OrderEvent {}

    record Shipped(String carrier) implements OrderEvent {}

    record SubjectShredded(String subject) implements OrderEvent {}

    record Address(String street, String city) {}

    static JacksonCodec<OrderEvent> codec(KeyRing keys) {
        return JacksonCodec.forEvents(OrderEvent.class).personal(keys).build();
    }

    static KeyRing keysIn(Path directory, Path masterKeys) {
        return FileKeyRing.open(directory, MasterKeys.fromFile(masterKeys));
    }

    void append(String order, OrderEvent event) {
        store.append(StreamName.of("Order", order), ExpectedVersion.any(), codec.encode(event));
    }

    List<OrderEvent> history(String order) {
        return store.read(EventQuery.stream(StreamName.of("Order", order))).stream()
                .flatMap(event -> codec.decode(event).stream())
                .toList();
    }

    List<OrderEvent> about(String customer) {
        return store.read(EventQuery.tags("customer:" + customer)).stream()
                .flatMap(event -> codec.decode(event).stream())
                .toList();
    }

    Shredded forget(String customer) {
        return Shredding.of(store, keys).deleting(snapshots).shred(new Subject("customer", customer));
    }

    static void project(OrderEvent event, Map<String, String> names) {
        switch (event) {
            case Placed placed -> {
                if (placed.name() != null) {
                    names.put("customer:" + placed.customer(), placed.name());
                }
            }
            case SubjectShredded shredded -> names.remove(shredded.subject());
            case Shipped shipped -> {}
        }
    }
}
