package dev.indelible.kurrentdb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Tag;
import dev.indelible.journal.Journal;
import java.util.List;
import org.junit.jupiter.api.Test;

class FormsTest {
    private final NewEvent event = NewEvent.json("Placed", "{}");

    @Test
    void metadata_is_written_as_the_gateway_shows_it() {
        NewEvent full = event.withTags("customer:1")
                .withSchemaVersion(2)
                .withMetadata(Payload.json("{\"correlation_id\":\"c\",\"user_id\":\"u\"}"));
        assertThat(new String(MetadataForm.written(full), UTF_8))
                .isEqualTo(
                        "{\"$correlationId\":\"c\",\"user_id\":\"u\",\"$schemaVersion\":2,\"$tags\":[\"customer:1\"]}");
        MetadataForm form = MetadataForm.of(MetadataForm.written(full));
        assertThat(form.metadata()).isEqualTo(full.metadata());
        assertThat(form.tags()).containsExactly(Tag.of("customer:1"));
        assertThat(form.schemaVersion()).isEqualTo(2);
        assertThat(MetadataForm.written(event)).isEmpty();
    }

    @Test
    void metadata_that_needs_no_other_name_is_written_and_read_as_it_was_spelled() {
        byte[] spelled = "{ \"x\" : 1.0,  \"user_id\":\"u\" }".getBytes(UTF_8);
        assertThat(MetadataForm.written(event.withMetadata(Payload.json(spelled))))
                .isEqualTo(spelled);
        assertThat(MetadataForm.of(spelled).metadata()).isEqualTo(Payload.json(spelled));
    }

    @Test
    void binary_metadata_comes_back_as_the_same_bytes_whatever_it_looks_like() {
        List<String> texts =
                List.of("", "{", "{\"a\":1}", "{\"$binary\":\"e30=\"}", "{\"$tags\":[\"a:b\"]}", "[1]", "{}");
        for (String text : texts) {
            Payload binary = Payload.binary(text.getBytes(UTF_8));
            byte[] written = MetadataForm.written(event.withMetadata(binary));
            assertThat(MetadataForm.of(written).metadata()).as(text).isEqualTo(binary);
        }
    }

    @Test
    void what_others_wrote_and_would_not_come_back_the_same_is_bytes() {
        for (String text :
                List.of("{\"correlation_id\":1}", "{\"timestamp\":\"soon\"}", "{\"$tags\":7}", "7", "\u0000")) {
            MetadataForm form = MetadataForm.of(text.getBytes(UTF_8));
            assertThat(form.metadata()).isEqualTo(Payload.binary(text.getBytes(UTF_8)));
            assertThat(form.tags()).isEmpty();
        }
    }

    @Test
    void what_cannot_be_written_is_refused() {
        assertThatThrownBy(() -> MetadataForm.written(event.withMetadata(Payload.json("{\"$tags\":[]}"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("member \"$tags\"");
        assertThatThrownBy(
                        () -> MetadataForm.written(event.withTags("a:b").withMetadata(Payload.binary(new byte[] {1}))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("metadata: binary, with tags");
    }

    @Test
    void a_url_that_is_not_understood_is_refused_before_anything_is_sent() {
        assertRefused("kurrentdb://", "no host");
        assertRefused("esdb:localhost", "no host");
        assertRefused("kurrentdb://localhost?nodePreference=follower", "nodePreference");
        assertRefused("kurrentdb://localhost?tls=false&data_bytes_max=much", "data_bytes_max=much");
        assertRefused("kurrentdb://localhost?append_bytes_max=0", "append_bytes_max=0");
        assertRefused("kurrentdb://localhost?append_bytes_max=1000&data_bytes_max=1001", "data_bytes_max: 1001");
        assertRefused("kurrentdb://localhost?keepAliveInterval=often", "not understood");
    }

    private static void assertRefused(String url, String part) {
        assertThatThrownBy(() -> Journal.open(url).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(part);
    }
}
