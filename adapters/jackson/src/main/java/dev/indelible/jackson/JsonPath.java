package dev.indelible.jackson;

import tools.jackson.core.JacksonException;

/** Where in the JSON an error lies, for messages. */
final class JsonPath {
    private JsonPath() {}

    /** The path, if the error has one, and what is wrong there: {@code , lines[0].quantity: …}. */
    static String where(JacksonException error) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference step : error.getPath()) {
            if (step.getPropertyName() != null) {
                path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
            } else if (step.getIndex() >= 0) {
                path.append('[').append(step.getIndex()).append(']');
            }
        }
        return (path.isEmpty() ? "" : ", " + path) + ": " + error.getOriginalMessage();
    }
}
