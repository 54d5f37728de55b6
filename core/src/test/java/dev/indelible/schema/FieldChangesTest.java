package dev.indelible.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as a fault, by shapes in words. */
class FieldChangesTest {
    private static final String NEXT = "record the new shape as schema version 2, with an upcaster from 1";

    @TempDir
    Path directory;

    @Test
    void a_field_that_is_gone_is_a_fault() {
        assertThat(faults(List.of("item: text", "total: optional number (exact)"), List.of("item: text")))
                .containsExactly("A, schema version 1, field total: it is gone (was: optional number (exact))."
                        + " Remedy: keep it, or " + NEXT);
    }

    @Test
    void a_new_required_field_is_a_fault_and_an_optional_one_is_not() {
        assertThat(faults(List.of("item: text"), List.of("item: text", "note: text")))
                .containsExactly("A, schema version 1, field note: it is new and required (text), so events without it"
                        + " do not fit. Remedy: make it optional (Optional or @Nullable), or " + NEXT);
        assertThat(report(List.of("item: text"), List.of("item: text", "note: optional text")))
                .isEqualTo(new SchemaReport(List.of(), List.of("A, schema version 1, field note: new, optional text")));
    }

    @Test
    void one_that_is_gone_and_one_that_is_new_of_the_same_type_are_told_to_be_a_rename() {
        assertThat(faults(List.of("item: text", "n: uuid"), List.of("item: text", "number: uuid")))
                .containsExactly("A, schema version 1, field n: it is gone, and number of the same type is new: it was"
                        + " renamed, it seems. Remedy: keep the name that is recorded, or " + NEXT);
        assertThat(faults(List.of("n: uuid"), List.of("number: optional uuid")))
                .as("an optional one leaves the old values unread")
                .singleElement()
                .asString()
                .contains("renamed");
    }

    @Test
    void an_object_is_renamed_with_all_that_is_in_it() {
        assertThat(faults(
                        List.of("to: object", "to.street: text", "to.zip: text"),
                        List.of("address: object", "address.street: text", "address.zip: text")))
                .singleElement()
                .asString()
                .contains("field to: ", "address of the same type is new: it was renamed");
        assertThat(faults(List.of("to: object", "to.street: text"), List.of("address: object", "address.way: text")))
                .hasSize(2)
                .noneMatch(fault -> fault.contains("renamed"));
    }

    @Test
    void of_several_that_could_be_the_renamed_one_none_is_guessed() {
        assertThat(faults(List.of("a: text"), List.of("b: text", "c: text")))
                .hasSize(3)
                .noneMatch(fault -> fault.contains("renamed"));
        assertThat(faults(List.of("a: text", "b: text"), List.of("c: text")))
                .hasSize(3)
                .noneMatch(fault -> fault.contains("renamed"));
        assertThat(faults(List.of("a: text"), List.of("b: number (exact)"))).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "whole number (int)  | text                | its type was whole number (int), is text",
                "text                | whole number (int)  | its type was text, is whole number (int)",
                "whole number (long) | whole number (int)  | its type was whole number (long), is whole number (int)",
                "whole number (long) | number (double)     | its type was whole number (long), is number (double)",
                "number (exact)      | number (double)     | its type was number (exact), is number (double)",
                "number (double)     | number (exact)      | its type was number (double), is number (exact)",
                "time                | date                | its type was time, is date",
                "enum(A!B!C)         | enum(B)             | A and C are gone from enum(A!B!C)",
                "enum(A!B)           | enum(B!C)           | A is gone from enum(A!B)",
                "enum(A!B)           | text                | its type was enum(A!B), is text",
                "one of(A!B)         | one of(A)           | B is gone from one of(A!B)",
            })
    void another_type_is_a_fault(String was, String is, String reason) {
        assertThat(faults(List.of("f: " + was.replace('!', '|')), List.of("f: " + is.replace('!', '|'))))
                .containsExactly("A, schema version 1, field f: " + reason.replace('!', '|')
                        + ". Remedy: take the type back, or " + NEXT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "whole number (byte)  > whole number (short)",
                "whole number (int)   > whole number (long)",
                "whole number (int)   > number (double)",
                "whole number (long)  > whole number (any size)",
                "whole number (any size) > number (exact)",
                "number (float)       > number (double)",
                "enum(A|B)            > enum(A|B|C)",
                "one of(A)            > one of(A|B)",
                "text                 > optional text",
                "whole number (int)   > optional whole number (long)",
            })
    void a_wider_type_passes_and_is_told(String was, String is) {
        SchemaReport report = report(List.of("f: " + was), List.of("f: " + is));
        assertThat(report.faults()).isEmpty();
        assertThat(report.additions()).containsExactly("A, schema version 1, field f: " + was + " → " + is);
    }

    @Test
    void what_was_optional_stays_optional() {
        assertThat(faults(List.of("f: optional text"), List.of("f: text")))
                .singleElement()
                .asString()
                .contains("field f: it was optional and is not any more", "Remedy: leave it optional, or " + NEXT);
    }

    @ParameterizedTest
    @CsvSource({
        "total, total[], 'was text, is list of text'",
        "total[], total, 'was list of text, is text'",
        "total[], total[][], 'was list of text, is list of list of text'",
        "total[], total{}, 'was list of text, is map of text'",
    })
    void a_value_that_becomes_a_list_is_another_type(String was, String is, String reason) {
        assertThat(faults(List.of(was + ": text"), List.of(is + ": text")))
                .singleElement()
                .asString()
                .contains("field total: its type " + reason);
    }

    @Test
    void a_fault_of_an_object_is_told_once_and_not_for_each_field_in_it() {
        assertThat(faults(
                        List.of("to: object", "to.street: text", "to.zip: text"),
                        List.of("to[]: object", "to[].street: text", "to[].zip: text")))
                .singleElement()
                .asString()
                .contains("field to: its type was object, is list of object");
        assertThat(faults(List.of("to: object", "to.street: text", "to.zip: text"), List.of("to: text")))
                .singleElement()
                .asString()
                .contains("field to: its type was object, is text");
        assertThat(faults(List.of("to: object", "to.street: text"), List.of())).hasSize(1);
        assertThat(faults(List.of("pay: one of(C)", "pay(C): optional object", "pay(C).n: text"), List.of("pay: text")))
                .hasSize(1);
    }

    @Test
    void what_is_in_a_new_optional_object_may_be_required() {
        assertThat(faults(List.of(), List.of("to: optional object", "to.zip: text")))
                .isEmpty();
        assertThat(faults(List.of("to: optional object"), List.of("to: optional object", "to.zip: text")))
                .hasSize(1);
        assertThat(faults(List.of("lines[]: object"), List.of("lines[]: object", "lines[].sku: text")))
                .hasSize(1);
    }

    @Test
    void a_new_kind_of_object_passes_with_what_is_in_it_and_one_that_is_gone_does_not() {
        List<String> cards = List.of("pay: one of(Card)", "pay(Card): optional object", "pay(Card).n: text");
        List<String> both = List.of(
                "pay: one of(Card|Cash)",
                "pay(Card): optional object",
                "pay(Card).n: text",
                "pay(Cash): optional object",
                "pay(Cash).coins: whole number (int)");
        assertThat(faults(cards, both)).isEmpty();
        assertThat(faults(both, cards)).singleElement().asString().contains("Cash is gone from one of(Card|Cash)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.b", "a[", "(", ")", ".", "[]", "{}", "a..b", "", "x(y"})
    void a_name_that_looks_like_a_path_is_still_seen_to_be_gone(String name) {
        assertThat(faults(List.of(name + ": text"), List.of())).hasSize(1);
        assertThat(faults(List.of(), List.of(name + ": text"))).hasSize(1);
    }

    @Test
    void an_older_shape_that_is_only_read_is_to_be_left_as_it_was() {
        Path file = directory.resolve("events.json");
        EventSchemas.of(new Described().with("A", 1, "f: text").with("A", 2, "g: text"))
                .verify(file);
        assertThat(EventSchemas.of(new Described().with("A", 1, "f: time").with("A", 2, "g: text"))
                        .check(file)
                        .faults())
                .singleElement()
                .asString()
                .endsWith("Remedy: take the type back, or leave this shape, which is only read, as it was");
    }

    private List<String> faults(List<String> was, List<String> is) {
        return report(was, is).faults().stream().map(Object::toString).toList();
    }

    private SchemaReport report(List<String> was, List<String> is) {
        Path file = directory.resolve("events-" + System.nanoTime() + ".json");
        EventSchemas.of(new Described().with("A", 1, was.toArray(String[]::new)))
                .verify(file);
        return EventSchemas.of(new Described().with("A", 1, is.toArray(String[]::new)))
                .check(file);
    }
}
