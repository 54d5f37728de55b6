package dev.indelible.tck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Payload.Format;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Bytes that are elsewhere until they are needed. */
class DeferredPayloadTest {
    private static final String TEXT = "{\"a\":1.0,\"b\":\"ü\"}";
    private static final byte[] BYTES = TEXT.getBytes(UTF_8);

    private final AtomicInteger fetched = new AtomicInteger();
    private final Payload deferred = Payload.deferred(Format.JSON, BYTES.length, () -> {
        fetched.incrementAndGet();
        return BYTES.clone();
    });

    @Test
    void format_size_and_its_printed_form_need_no_bytes() {
        assertThat(deferred.isJson()).isTrue();
        assertThat(deferred.format()).isEqualTo(Format.JSON);
        assertThat(deferred.size()).isEqualTo(BYTES.length);
        assertThat(deferred).hasToString(BYTES.length + " bytes of JSON");
        assertThat(deferred.equals(Payload.json("{}"))).isFalse();
        assertThat(deferred.sameValue(Payload.binary(BYTES))).isFalse();
        assertThat(fetched).hasValue(0);
    }

    @Test
    void it_is_fetched_once_and_then_as_any_payload() {
        Payload here = Payload.json(TEXT);
        assertThat(deferred.text()).isEqualTo(TEXT);
        assertThat(deferred.toBytes()).isEqualTo(BYTES);
        ByteBuffer target = ByteBuffer.allocate(BYTES.length);
        deferred.copyTo(target);
        assertThat(target.array()).isEqualTo(BYTES);
        assertThat(deferred).isEqualTo(here).hasSameHashCodeAs(here);
        assertThat(here).isEqualTo(deferred);
        assertThat(deferred.sameValue(Payload.json("{ \"b\" : \"\\u00fc\", \"a\": 1 }")))
                .isTrue();
        assertThat(Payload.json("{\"b\":\"ü\",\"a\":1}").sameValue(deferred)).isTrue();
        assertThat(deferred.sameValue(Payload.json("{\"b\":\"ü\",\"a\":2}"))).isFalse();
        assertThat(NewEvent.of("A", deferred).data()).isSameAs(deferred);
        deferred.toBytes()[0] = 0;
        assertThat(deferred.text()).isEqualTo(TEXT);
        assertThat(fetched).hasValue(1);
    }

    @Test
    void what_its_source_throws_is_thrown_and_it_can_be_asked_again() {
        AtomicInteger calls = new AtomicInteger();
        Payload failing = Payload.deferred(Format.BINARY, 1, () -> {
            if (calls.incrementAndGet() == 1) {
                throw new IllegalStateException("not now");
            }
            return new byte[1];
        });
        assertThatThrownBy(failing::toBytes).hasMessage("not now");
        assertThat(failing.toBytes()).hasSize(1);
    }

    @Test
    void a_source_that_gives_another_number_of_bytes_is_an_error() {
        Payload wrong = Payload.deferred(Format.BINARY, 3, () -> new byte[2]);
        assertThatThrownBy(wrong::toBytes).hasMessage("payload: 2 bytes (expected: 3)");
    }
}
