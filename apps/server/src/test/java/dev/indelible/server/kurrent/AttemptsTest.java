package dev.indelible.server.kurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AttemptsTest {
    @Test
    @Timeout(30)
    void a_write_that_fails_again_and_again_waits_a_little_longer_each_time_and_then_is_aborted() {
        Attempts attempts = new Attempts("append to stream S");
        long start = System.nanoTime();
        for (int i = 1; i < Attempts.COUNT_MAX; i++) {
            attempts.failed();
        }
        StatusRuntimeException end = catchThrowableOfType(StatusRuntimeException.class, attempts::failed);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(500));
        assertThat(end.getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
        assertThat(end).hasMessageContaining("Operation timed out: append to stream S");
    }

    @Test
    void a_server_that_stops_ends_the_wait() {
        Attempts attempts = new Attempts("append to stream S");
        Thread.currentThread().interrupt();
        StatusRuntimeException end = catchThrowableOfType(StatusRuntimeException.class, attempts::failed);
        assertThat(end.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(Thread.interrupted()).isTrue();
    }
}
