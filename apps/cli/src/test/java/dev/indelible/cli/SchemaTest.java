package dev.indelible.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SchemaTest {
    @Test
    void an_engines_definitions_are_printed_for_the_schema_that_is_asked_for() {
        assertThat(Cli.run("schema", "postgresql").out())
                .contains("CREATE SCHEMA IF NOT EXISTS \"indelible\"", "CREATE TABLE events");
        assertThat(Cli.run("schema", "postgresql:?schema=shop").out())
                .contains("CREATE SCHEMA IF NOT EXISTS \"shop\"")
                .doesNotContain("indelible\"", "${");
    }

    @Test
    void a_template_is_printed_for_the_table_that_is_asked_for() {
        assertThat(Cli.run("schema", "dynamodb").out())
                .startsWith("AWSTemplateFormatVersion:")
                .contains("      TableName: \"indelible\"\n");
        assertThat(Cli.run("schema", "dynamodb://orders").out()).contains("      TableName: \"orders\"\n");
        assertThat(Cli.run("schema", "dynamodb:orders").err()).contains("(expected: dynamodb://TABLE)");
    }

    @Test
    void an_engine_without_definitions_is_an_error() {
        assertThat(Cli.run("schema", "memory").err()).contains("engine: \"memory\" (expected: dynamodb, postgresql)");
    }

    @Test
    void without_an_engine_it_says_what_is_missing() {
        assertThat(Cli.run("schema"))
                .isEqualTo(new Cli.Result(
                        2, "", "indelible: Missing required parameter: 'ENGINE' (see: indelible schema --help)\n"));
    }
}
