package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.blob.BlobReference;
import dev.indelible.event.Payload;
import dev.indelible.event.Payload.Format;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlobReferenceTest {
    private static final String HASH = BlobStoreContract.OF_NOTHING;

    @Test
    void it_is_an_events_data_and_is_known_again_however_an_engine_spells_it() {
        BlobReference reference = new BlobReference(HASH, Integer.MAX_VALUE, Format.BINARY);
        assertThat(reference.toPayload())
                .hasToString("{\"$blob\":\"" + HASH + "\",\"size\":2147483647,\"format\":\"binary\"}");
        assertThat(BlobReference.of(reference.toPayload())).contains(reference);
        assertThat(BlobReference.of(
                        Payload.json("{ \"size\": 7,\n \"format\": \"json\",\t\"\\u0024blob\": \"" + HASH + "\" }")))
                .contains(new BlobReference(HASH, 7, Format.JSON));
    }

    @Test
    void what_is_not_one_exactly_is_none() {
        String reference = new BlobReference(HASH, 7, Format.JSON).toPayload().text();
        List<String> others = List.of(
                "{}",
                "\"$blob\"",
                "[" + reference + "]",
                "{\"$blob\":\"" + HASH + "\"}",
                reference.replace("}", ",\"more\":1}"),
                reference.replace("$blob", "blob"),
                reference.replace("sha256", "sha512"),
                reference.replace(":7,", ":-7,"),
                reference.replace(":7,", ":7.5,"),
                reference.replace(":7,", ":4294967296,"),
                reference.replace(":7,", ":\"7\","),
                reference.replace("\"json\"", "\"xml\""),
                reference.replace("\"json\"", "null"),
                " ".repeat(300) + reference);
        assertThat(others)
                .allSatisfy(
                        json -> assertThat(BlobReference.of(Payload.json(json))).isEmpty());
        assertThat(BlobReference.of(Payload.binary(reference.getBytes(java.nio.charset.StandardCharsets.UTF_8))))
                .isEmpty();
    }

    @Test
    void nonsense_is_refused() {
        assertThatThrownBy(() -> new BlobReference("sha256:1", 1, Format.JSON))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sha256:1");
        assertThatThrownBy(() -> new BlobReference(HASH, -1, Format.JSON))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
    }
}
