package dev.indelible.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DescribeTest {
    @Test
    void a_store_is_shown_as_a_tree_with_its_head_and_what_it_promises() {
        assertThat(Cli.run("describe", "memory:").out()).isEqualTo("""
                        memory: lost when the process ends
                        ├─ events: 0
                        ├─ head: 0
                        └─ capabilities
                           ├─ NOT DURABLE: acknowledged events survive the process
                           ├─ PERMANENT_IDS: event ids are remembered for ever
                           ├─ SEVERAL_STREAMS: one append to several streams
                           ├─ TAGS: tags on events and in queries
                           └─ GUARDS: guards on an append
                        """);
    }

    @Test
    void a_store_that_no_engine_knows_is_an_argument_that_is_not_understood() {
        Cli.Result result = Cli.run("describe", "foo:bar");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).startsWith("indelible: journal URL: no engine for \"foo\"");
    }
}
