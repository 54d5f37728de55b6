package dev.indelible.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.event.Payload;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
