package dev.indelible.journal;

import dev.indelible.event.Limits;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where a journal is: {@code scheme:place?option=value&option=value}.
 *
 * @param scheme which engine
 * @param place what stands between the scheme's colon and the first question mark
 * @param options by name, percent-decoded
 */
public record JournalUrl(String scheme, String place, Map<String, String> options) {
    /** The option that every journal in this project understands: most bytes of one event's data. */
    public static final String DATA_BYTES_MAX = "data_bytes_max";

    private static final String AUTHORITY = "//";

    /** Copies the options, in their order. */
    public JournalUrl {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /** Takes the URL apart; throws {@link IllegalArgumentException} if it has no scheme. */
    public static JournalUrl parse(String url) {
        int colon = url.indexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("journal URL: \"" + url + "\" (expected: scheme:place)");
        }
        int question = url.indexOf('?', colon);
        String place = question < 0 ? url.substring(colon + 1) : url.substring(colon + 1, question);
        Map<String, String> options = new LinkedHashMap<>();
        if (question >= 0 && question + 1 < url.length()) {
            for (String pair : url.substring(question + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals < 1) {
                    // It may be the rest of a password, so it is not shown.
                    throw new IllegalArgumentException("journal URL: an option without value (expected: name=value)");
                }
                options.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
            }
        }
        return new JournalUrl(url.substring(0, colon), place, options);
    }

    /** Throws {@link IllegalArgumentException} if there is an option of another name. */
    public void allowOptions(Set<String> names) {
        for (String name : options.keySet()) {
            if (!names.contains(name)) {
                throw new IllegalArgumentException("journal URL: option \"" + name + "\" (expected for " + scheme + ": "
                        + String.join(", ", new TreeSet<>(names)) + ")");
            }
        }
    }

    /** Scheme and place, without user and password: what a message may tell. */
    public String shown() {
        if (!place.startsWith(AUTHORITY)) {
            return scheme + ":" + place;
        }
        int host = Math.max(AUTHORITY.length(), place.lastIndexOf('@') + 1);
        return scheme + ":" + AUTHORITY + place.substring(host);
    }

    /** The option as a whole number, or the default. */
    public int option(String name, int byDefault) {
        String value = options.get(name);
        if (value == null) {
            return byDefault;
        }
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("journal URL: " + name + "=" + value + " (expected: a whole number)", e);
        }
    }

    /** The default limits, changed by {@link #DATA_BYTES_MAX} if it is given. */
    public Limits limits() {
        return Limits.DEFAULT.withDataBytesMax(option(DATA_BYTES_MAX, Limits.DEFAULT.dataBytesMax()));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
