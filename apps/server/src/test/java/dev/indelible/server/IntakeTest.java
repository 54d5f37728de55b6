package dev.indelible.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStoreException.Unavailable;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IntakeTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Intake intake = new Intake(100);

    @Test
    void what_has_no_room_is_refused_until_others_have_left() {
        int held = intake.enter(60);
        assertThatThrownBy(() -> intake.enter(41))
                .isInstanceOf(Unavailable.class)
                .hasMessage("body: 41 bytes beside those of others (limit: 100 bytes at once)");
        assertThat(intake.enter(40)).isEqualTo(40);
        intake.leave(held);
        assertThat(intake.enter(60)).isEqualTo(60);
    }

    @Test
    void a_body_that_does_not_say_how_long_it_is_and_one_that_is_longer_than_all_room_take_all_of_it() {
        intake.leave(intake.enter(-1));
        intake.leave(intake.enter(IndelibleServer.BODY_BYTES_MAX));
        assertThat(intake.enter(-1)).isEqualTo(100);
        assertThatThrownBy(() -> intake.enter(0)).isInstanceOf(Unavailable.class);
    }

    @Test
    void closing_waits_until_all_have_left_and_lets_nothing_in() throws Exception {
        int held = intake.enter(0);
        FutureTask<Void> closing = new FutureTask<>(() -> intake.close(LONG), null);
        Thread.ofVirtual().start(closing);
        while (!intake.isClosed()) {
            Thread.onSpinWait();
        }
        assertThatThrownBy(() -> intake.enter(1)).hasMessageStartingWith("the server is stopping");
        assertThat(closing.isDone()).isFalse();
        intake.leave(held);
        closing.get(LONG.toSeconds(), TimeUnit.SECONDS);
        intake.close(LONG);
        assertThatThrownBy(() -> intake.enter(1)).hasMessageStartingWith("the server is stopping");
    }

    @Test
    void closing_does_not_wait_for_ever() {
        assertThat(intake.enter(1)).isEqualTo(1);
        intake.close(Duration.ZERO);
        assertThat(intake.isClosed()).isTrue();
    }
}
