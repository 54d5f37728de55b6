package dev.indelible.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.event.Payload;
import dev.indelible.memory.MemoryKeyRing;
import dev.indelible.personal.KeyRing;
import dev.indelible.personal.Personal;
import dev.indelible.personal.Subject;
import dev.indelible.personal.SubjectShredded;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;

class JacksonStateTest {
    enum Status {
        OPEN,
        CLOSED
    }

    record Account(Status status, BigDecimal balance, List<String> owners, Optional<String> note) {}

    @Test
    void a_state_comes_back() {
        Account account = new Account(Status.OPEN, new BigDecimal("12.30"), List.of("anna"), Optional.empty());
        JacksonState<Account> states = JacksonState.of(Account.class);
        assertThat(states.decode(states.encode(account))).isEqualTo(account);
        JacksonState<Status> statuses = JacksonState.of(Status.class);
        assertThat(statuses.encode(Status.CLOSED)).isEqualTo(Payload.json("\"CLOSED\""));
        assertThat(statuses.decode(Payload.json("\"CLOSED\""))).isEqualTo(Status.CLOSED);
    }

    @Test
    void a_state_of_a_generic_type_comes_back() {
        Map<String, List<Status>> state = Map.of("a", List.of(Status.OPEN, Status.CLOSED));
        JacksonState<Map<String, List<Status>>> states =
                JacksonState.of(new TypeReference<>() {}, JacksonCodec.standardMapper());
        assertThat(states.decode(states.encode(state))).isEqualTo(state);
    }

    record Customer(
            String id,

            @Personal(of = "id", kind = "customer") @Nullable
            String name) {}

    @Test
    void personal_components_are_sealed_and_gone_once_their_subject_was_shredded() {
        KeyRing keys = new MemoryKeyRing();
        JacksonState<Customer> states = JacksonState.of(Customer.class, keys);
        Customer zoe = new Customer("42", "Zoe Quartz");
        Payload encoded = states.encode(zoe);
        assertThat(encoded.text()).doesNotContain("Quartz");
        assertThat(states.decode(encoded)).isEqualTo(zoe);
        keys.shred(new Subject("customer", "42"));
        assertThat(states.decode(encoded)).isEqualTo(new Customer("42", null));
        assertThatThrownBy(() -> states.encode(zoe)).isInstanceOf(SubjectShredded.class);
        assertThatThrownBy(() -> JacksonState.of(Customer.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("key ring");
    }

    @Test
    void what_does_not_fit_is_refused() {
        JacksonState<Account> states = JacksonState.of(Account.class);
        for (Payload bad : List.of(
                Payload.json("{\"status\":\"GONE\"}"),
                Payload.json("null"),
                Payload.json("[1]"),
                Payload.binary(new byte[] {1, 2}),
                Payload.binary(new byte[0]))) {
            assertThatThrownBy(() -> states.decode(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("state: ");
        }
    }
}
