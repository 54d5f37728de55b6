package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.cli.ServerSentEvents.Message;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ServerSentEventsTest {
    @Test
    void messages_are_read_and_comments_passed_over() throws IOException {
        ServerSentEvents messages = of("""
                :alive

                id: 7
                data: {"a": "ü"}

                event:caught_up
                id:8
                data

                id: 9

                data:1
                data: 2
                retry: 3

                """);

        assertThat(messages.next()).isEqualTo(new Message("7", "message", "{\"a\": \"ü\"}"));
        assertThat(messages.next()).isEqualTo(new Message("8", "caught_up", ""));
        assertThat(messages.next()).isEqualTo(new Message("", "message", "1\n2"));
        assertThat(messages.next()).isNull();
    }

    @Test
    void a_message_that_the_end_cuts_off_is_none() throws IOException {
        assertThat(of("id: 7\ndata: half").next()).isNull();
    }

    private static ServerSentEvents of(String text) {
        return new ServerSentEvents(new ByteArrayInputStream(text.getBytes(UTF_8)));
    }
}
