package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import org.jspecify.annotations.Nullable;

/** Takes a stream of Server-Sent Events apart, by the rules of the HTML standard. For one thread. */
final class ServerSentEvents {
    private final BufferedReader lines;

    ServerSentEvents(InputStream in) {
        this.lines = new BufferedReader(new InputStreamReader(in, UTF_8));
    }

    /**
     * One message.
     *
     * @param id the id that stands in it, or an empty text
     * @param event what kind of message; {@code message} if it does not say
     * @param data its lines, joined by line ends
     */
    record Message(String id, String event, String data) {}

    /** The next message with data, or null at the end; a message that the end cuts off is none. */
    @Nullable
    Message next() throws IOException {
        String id = "";
        String event = "message";
        StringBuilder data = null;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty()) {
                if (data != null) {
                    return new Message(id, event, data.toString());
                }
                id = "";
                event = "message";
                continue;
            }
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String rest = colon < 0 ? "" : line.substring(colon + 1);
            String value = rest.startsWith(" ") ? rest.substring(1) : rest;
            switch (field) {
                case "id" -> id = value;
                case "event" -> event = value;
                case "data" ->
                    data = data == null
                            ? new StringBuilder(value)
                            : data.append('\n').append(value);
                default -> {
                    // A comment, which keeps the connection alive, or a field that says nothing about events.
                }
            }
        }
        return null;
    }
}
