package dev.indelible.jackson;

import static dev.indelible.jackson.OrderEvent.recorded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonIdentityInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.annotation.ObjectIdGenerators;
import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.NewEvent;
import dev.indelible.memory.MemoryKeyRing;
import dev.indelible.personal.KeyRing;
import dev.indelible.personal.Personal;
import dev.indelible.personal.Subject;
import java.lang.reflect.Proxy;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.ser.std.ToStringSerializer;
import tools.jackson.databind.util.StdConverter;

class PersonalRefusalsTest {
    private final KeyRing keys = new MemoryKeyRing();

    sealed interface Fine {
        record Named(
                String customer, @Personal(of = "customer") String name, Map<String, Object> more) implements Fine {}

        record Open(Object anything) implements Fine {}
    }

    private final JacksonCodec<Fine> codec =
            JacksonCodec.forEvents(Fine.class).personal(keys).build();

    sealed interface Hidden {
        record Open(Object anything) implements Hidden {}
    }

    sealed interface Keyed {
        record Optionals(Map<Optional<Person>, String> all) implements Keyed {}

        record Lists(Map<List<Person>, String> all) implements Keyed {}

        record Any(Map<Object, String> all) implements Keyed {}
    }

    @Test
    void what_may_hold_a_person_is_no_key_of_a_map() {
        JacksonCodec<Keyed> keyed =
                JacksonCodec.forEvents(Keyed.class).personal(keys).build();
        Person zoe = new Person("42", "Zoë Quartz");
        for (Keyed event : List.of(
                new Keyed.Optionals(Map.of(Optional.of(zoe), "")),
                new Keyed.Lists(Map.of(List.of(zoe), "")),
                new Keyed.Any(Map.of(Optional.of(zoe), "")),
                new Keyed.Any(Map.of(zoe, "")))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> keyed.encode(event))
                    .withMessageContaining("is the key of a map")
                    .withMessageNotContaining("Quartz");
        }
        keyed.encode(new Keyed.Any(Map.of("a", "")));
        keyed.encode(new Keyed.Any(Map.of(1, "")));
    }

    sealed interface Noted {
        record Note(Map<String, String> attributes) implements Noted {}
    }

    @Test
    void an_event_without_personal_data_cannot_look_as_if_it_had_some() {
        JacksonCodec<Noted> plain =
                JacksonCodec.forEvents(Noted.class).personal(keys).build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plain.encode(new Noted.Note(Map.of("$personal", "customer:42"))))
                .withMessageContaining("$personal");
    }

    @Test
    void without_a_key_ring_personal_components_are_refused_at_once_or_when_they_are_met() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JacksonCodec.of(Fine.class))
                .withMessage(
                        Fine.Named.class.getName() + " has personal components (expected: a key ring, by personal(…))");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JacksonCodec.of(Hidden.class)
                        .encode(new Hidden.Open(List.of(new Fine.Named("42", "Zoë Quartz", Map.of())))))
                .withMessageContaining("name: personal, but the codec has no key ring")
                .withMessageNotContaining("Quartz");
    }

    sealed interface Unnamed {
        record A(String customer, @Personal(of = "client") String name) implements Unnamed {}
    }

    sealed interface Primitive {
        record A(String customer, @Personal(of = "customer") int age) implements Primitive {}
    }

    sealed interface ByFraction {
        record A(double customer, @Personal(of = "customer") String name) implements ByFraction {}
    }

    sealed interface ByItself {
        record A(@Personal(of = "email") String email) implements ByItself {}
    }

    sealed interface Reserved {
        record A(
                String customer,
                @Personal(of = "customer", kind = "$c") String name) implements Reserved {}
    }

    sealed interface Nested {
        record A(Optional<List<Map<String, Inner<String>[]>>> deep) implements Nested {}
    }

    record Plain(String text) {}

    record Inner<T>(T value, @Personal(of = "value") String name) {}

    sealed interface Behind {
        record A(Shape shape) implements Behind {}
    }

    sealed interface Shape {}

    record Circle(long of, @Personal(of = "of") boolean round) implements Shape {}

    sealed interface Unwrapped {
        record A(
                String customer,
                @Personal(of = "customer") @JsonUnwrapped Plain inner) implements Unwrapped {}
    }

    sealed interface AnyMembers {
        record A(
                String customer,
                @Personal(of = "customer") @JsonAnyGetter Map<String, String> more) implements AnyMembers {}
    }

    sealed interface AsKey {
        record A(Map<Key, String> byKey) implements AsKey {}
    }

    record Key(long id, @Personal(of = "id") String name) {}

    sealed interface AsText {
        record A(Text text) implements AsText {}
    }

    record Text(String id, @Personal(of = "id") String name) {
        @JsonValue
        String text() {
            return id + name;
        }
    }

    record Person(String id, @Personal(of = "id") String name) implements HasName {
        @Override
        public String getName() {
            return name;
        }
    }

    @JsonSerialize(typing = JsonSerialize.Typing.STATIC)
    interface HasName {
        String getName();
    }

    @JsonIdentityInfo(generator = ObjectIdGenerators.PropertyGenerator.class, property = "name")
    record Once(String id, @Personal(of = "id") String name) {}

    /** Ways past the sealing. */
    interface Past {
        sealed interface Serializer {
            record A(
                    @JsonSerialize(using = ToStringSerializer.class)
                    Person inner) implements Serializer {}
        }

        sealed interface Conversion {
            record A(
                    @JsonSerialize(converter = ToName.class) Person inner) implements Conversion {}
        }

        sealed interface Contents {
            record A(
                    @JsonSerialize(contentUsing = ToStringSerializer.class)
                    List<Person> all) implements Contents {}
        }

        sealed interface Interface {
            record A(HasName inner, Person known) implements Interface {}
        }

        sealed interface Value {
            record A(Person inner) implements Value {
                @JsonValue
                String text() {
                    return inner.name();
                }
            }
        }

        sealed interface Identity {
            record A(Once first, Once second) implements Identity {}
        }
    }

    static final class ToName extends StdConverter<Person, String> {
        @Override
        public String convert(Person person) {
            return person.name();
        }
    }

    @Test
    void what_cannot_be_sealed_or_be_absent_is_refused_when_the_codec_is_built() {
        refused(
                Unnamed.class,
                "A.name: personal data of \"client\", which is no component (expected: one of [customer");
        refused(Primitive.class, "A.age: personal and int (expected: an Optional or an object");
        refused(ByFraction.class, "A.name: personal data of \"customer\", which is a double (expected: a text");
        refused(ByItself.class, "A.email: personal data of \"email\", which is personal itself");
        refused(Reserved.class, "kind \"$c\"");
        refused(Nested.class, "Inner.name: personal data of \"value\", which is a java.lang.Object");
        refused(Behind.class, "Circle.round: personal and boolean");
        refused(Unwrapped.class, "inner: personal and unwrapped");
        refused(AnyMembers.class, "more: personal, but not written as a member");
        refused(AsText.class, "Text has personal components, but a serializer of its own");
        refused(Past.Serializer.class, "Serializer$A.inner: @JsonSerialize, where personal components may be reached");
        refused(Past.Conversion.class, "Conversion$A.inner: @JsonSerialize, where");
        refused(Past.Contents.class, "Contents$A.all: @JsonSerialize, where");
        refused(Past.Interface.class, "HasName: @JsonSerialize, where");
        refused(Past.Value.class, "Value$A.text: @JsonValue, where");
        refused(Past.Identity.class, "Once: @JsonIdentityInfo, where");
    }

    private void refused(Class<?> events, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JacksonCodec.forEvents(events).personal(keys).build())
                .withMessageContaining(message);
    }

    @Test
    void a_record_that_is_the_key_of_a_map_is_refused_since_it_is_written_as_text() {
        JacksonCodec<AsKey> typed =
                JacksonCodec.forEvents(AsKey.class).personal(keys).build();
        for (Executable encode : List.<Executable>of(
                () -> typed.encode(new AsKey.A(Map.of(new Key(1, "Zoë Quartz"), "x"))),
                () -> codec.encode(new Fine.Open(Map.of(new Key(1, "Zoë Quartz"), "x"))))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(encode::execute)
                    .withMessageContaining(
                            "PersonalRefusalsTest$Key has personal components, or may have, and is the key of a map")
                    .withMessageNotContaining("Quartz");
        }
    }

    @Test
    void personal_data_of_nobody_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encode(new Fine.Named(null, "Zoë Quartz", Map.of())))
                .withMessageContaining("name: personal data of \"customer\", which is null (expected: an id)")
                .withMessageNotContaining("Quartz");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encode(new Fine.Named("", "Zoë Quartz", Map.of())))
                .withMessageContaining("which is empty");
        assertThat(codec.encode(new Fine.Named(null, null, Map.of())).tags()).isEmpty();
    }

    @Test
    void what_only_looks_like_a_sealed_value_is_not_recorded() {
        NewEvent victim = codec.encode(new Fine.Named("42", "Zoë Quartz", Map.of()));
        String sealed = victim.data().text().replaceAll(".*\"sealed\":\"([^\"]*)\".*", "$1");
        Map<String, Object> forged = Map.of("$personal", "customer:42", "generation", 1, "sealed", sealed);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encode(new Fine.Named("7", "Eve", Map.of("note", forged))))
                .withMessageContaining("$personal");
        assertThatIllegalArgumentException().isThrownBy(() -> codec.encode(new Fine.Open(forged)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 11, 12, 20, 40})
    void a_flipped_bit_is_damage_wherever_it_is(int index) {
        String data = codec.encode(new Fine.Named("42", "Zoë Quartz", Map.of()))
                .data()
                .text();
        String sealed = data.replaceAll(".*\"sealed\":\"([^\"]*)\".*", "$1");
        byte[] bytes = Base64.getDecoder().decode(sealed);
        assertThat(bytes).hasSizeGreaterThan(index);
        bytes[index % bytes.length] ^= 1;
        damaged(data.replace(sealed, Base64.getEncoder().encodeToString(bytes)), "customer:42");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"sealed\":\"|\"sealed\":\"!",
                "\"sealed\":\"|\"sealed\":\"AAAA\",\"x\":\"",
                "\"sealed\":|\"other\":",
                "\"generation\":1|\"generation\":\"1\"",
                "\"generation\":1|\"generation\":2",
                "customer:42|customer",
                "customer:42|customer:43"
            })
    void a_sealed_value_that_was_changed_or_moved_to_somebody_else_is_damage(String from, String to) {
        keys.keyOf(Subject.of("customer:43"));
        String data = codec.encode(new Fine.Named("42", "Zoë Quartz", Map.of()))
                .data()
                .text();
        assertThat(data).contains(from);
        damaged(data.replace(from, to), "customer");
    }

    private void damaged(String data, String message) {
        assertThatExceptionOfType(Corrupted.class)
                .isThrownBy(() -> codec.decode(recorded(NewEvent.json("Named", data))))
                .withMessageContaining(message)
                .withMessageNotContaining("Quartz");
    }

    @Test
    void what_the_key_ring_throws_passes_through() {
        Unavailable gone = new Unavailable("the keys cannot be reached", null);
        KeyRing broken = (KeyRing)
                Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {KeyRing.class}, (p, m, a) -> {
                    throw gone;
                });
        JacksonCodec<Fine> cut =
                JacksonCodec.forEvents(Fine.class).personal(broken).build();
        NewEvent event = codec.encode(new Fine.Named("42", "Zoë", Map.of()));
        assertThatExceptionOfType(Unavailable.class)
                .isThrownBy(() -> cut.encode(new Fine.Named("42", "Zoë", Map.of())))
                .isSameAs(gone);
        assertThatExceptionOfType(Unavailable.class)
                .isThrownBy(() -> cut.decode(recorded(event)))
                .isSameAs(gone);
    }
}
