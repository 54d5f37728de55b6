package dev.indelible.server.kurrent;

import dev.indelible.event.Json;
import dev.indelible.event.Payload;
import java.util.List;

/** A JSON object that is being written. */
final class JsonObject {
    private final StringBuilder json = new StringBuilder("{");

    JsonObject text(String name, String value) {
        Json.quote(value, named(name));
        return this;
    }

    JsonObject number(String name, long value) {
        named(name).append(value);
        return this;
    }

    JsonObject texts(String name, List<String> values) {
        named(name).append('[');
        for (int i = 0; i < values.size(); i++) {
            Json.quote(values.get(i), i == 0 ? json : json.append(','));
        }
        json.append(']');
        return this;
    }

    private StringBuilder named(String name) {
        Json.quote(name, json.length() == 1 ? json : json.append(','));
        return json.append(':');
    }

    Payload toPayload() {
        return Payload.json(json + "}");
    }
}
