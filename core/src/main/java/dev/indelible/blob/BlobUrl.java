package dev.indelible.blob;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where blobs are: {@code scheme:place?option=value&option=value}.
 *
 * @param scheme which technology
 * @param place what stands between the scheme's colon and the first question mark
 * @param options by name, percent-decoded
 */
public record BlobUrl(String scheme, String place, Map<String, String> options) {
    /** Copies the options, in their order. */
    public BlobUrl {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /** Takes the URL apart; throws {@link IllegalArgumentException} if it has no scheme. */
    public static BlobUrl parse(String url) {
        int colon = url.indexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("blob URL: \"" + url + "\" (expected: scheme:place)");
        }
        int question = url.indexOf('?', colon);
        String place = question < 0 ? url.substring(colon + 1) : url.substring(colon + 1, question);
        Map<String, String> options = new LinkedHashMap<>();
        if (question >= 0 && question + 1 < url.length()) {
            for (String pair : url.substring(question + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals < 1) {
                    throw new IllegalArgumentException("blob URL: an option without value (expected: name=value)");
                }
                options.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
            }
        }
        return new BlobUrl(url.substring(0, colon), place, options);
    }

    /** Throws {@link IllegalArgumentException} if there is an option of another name. */
    public void allowOptions(Set<String> names) {
        for (String name : options.keySet()) {
            if (!names.contains(name)) {
                String allowed = names.isEmpty() ? "none" : String.join(", ", new TreeSet<>(names));
                throw new IllegalArgumentException(
                        "blob URL: option \"" + name + "\" (expected for " + scheme + ": " + allowed + ")");
            }
        }
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
