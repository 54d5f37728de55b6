package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Position;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ServedTailTest {
    private final Deque<InputStream> answers = new ArrayDeque<>();
    private final List<Position> asked = new ArrayList<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void after_a_broken_connection_it_goes_on_after_the_last_position() {
        answers.add(text("event: caught_up\nid: 5\ndata: {}\n\nid: 6\ndata: six\n\nid: 7\ndata: half"));
        answers.add(text("id: 7\ndata: seven\n\nevent: checkpoint\nid: 9\ndata: {}\n\n"));

        assertThatThrownBy(() -> tail(Duration.ofMinutes(1)))
                .isInstanceOf(Unavailable.class)
                .hasMessage("no events after position 9: refused");

        assertThat(out.toString(UTF_8)).isEqualTo("six\nseven\n");
        assertThat(asked.subList(0, 3)).containsExactly(Position.of(4), Position.of(6), Position.of(9));
    }

    @Test
    void a_server_that_cannot_be_reached_at_first_is_an_error_at_once() {
        assertThatThrownBy(() -> tail(Duration.ofMinutes(1))).isInstanceOf(Unavailable.class);

        assertThat(asked).hasSize(1);
    }

    @Test
    void a_server_that_falls_silent_counts_as_gone() {
        Silent silent = new Silent();
        answers.add(silent);
        answers.add(text("id: 5\ndata: five\n\n"));

        assertThatThrownBy(() -> tail(Duration.ofMillis(50))).isInstanceOf(Unavailable.class);

        assertThat(silent.closed.getCount()).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("five\n");
    }

    @Test
    void an_id_that_is_no_position_is_an_error() {
        answers.add(text("id: x\ndata: 1\n\n"));

        assertThatThrownBy(() -> tail(Duration.ofMinutes(1)))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("refused");
    }

    private void tail(Duration silenceMax) throws InterruptedException {
        ServedTail tail = new ServedTail(this::answer, silenceMax, 1);
        tail.run(Position.of(4), new LineOutput(out, false));
    }

    private InputStream answer(Position after) throws IOException {
        asked.add(after);
        if (answers.isEmpty()) {
            throw new IOException("refused");
        }
        return answers.remove();
    }

    private static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    /** Says nothing until it is closed. */
    private static final class Silent extends InputStream {
        private final CountDownLatch closed = new CountDownLatch(1);

        @Override
        public int read() throws IOException {
            try {
                closed.await();
                return -1;
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return read();
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
