package dev.indelible.server;

import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.QueryParamsBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * What a request's target says, as the client has sent it. Armeria's own view is tidied up: a {@code ;} and what stands
 * behind it is gone, slashes in a row are one, and bytes that are no UTF-8 are replaced, each of which makes it the
 * name of another stream.
 */
final class Target {
    private Target() {}

    /** The name that is all of the path behind the prefix; {@code what} it names is for the error. */
    static String name(ServiceRequestContext context, String prefix, String what) {
        String path = context.rawPath().split("[?#]", 2)[0];
        String raw = path.startsWith(prefix) ? path.substring(prefix.length()) : "";
        if (raw.isEmpty() || raw.indexOf('/') >= 0) {
            throw new IllegalArgumentException(
                    "%s: \"%s\" in \"%s\" (expected: %sNAME, where %%2F is a /)".formatted(what, raw, path, prefix));
        }
        return decoded(what, raw);
    }

    /** The query string's parameters; a {@code +} is a space. */
    static QueryParams query(ServiceRequestContext context) {
        String path = context.rawPath().split("#", 2)[0];
        String raw = path.substring(path.indexOf('?') + 1);
        QueryParamsBuilder query = QueryParams.builder();
        if (raw.length() < path.length()) {
            for (String pair : raw.replace('+', ' ').split("&", -1)) {
                if (!pair.isEmpty()) {
                    String[] parts = pair.split("=", 2);
                    String name = decoded("parameter", parts[0]);
                    query.add(name, parts.length == 1 ? "" : decoded(name, parts[1]));
                }
            }
        }
        return query.build();
    }

    /** Each char is a byte as it was sent; clients that do not encode UTF-8 at all are understood too. */
    private static String decoded(String what, String raw) {
        ByteBuffer bytes = ByteBuffer.allocate(raw.length());
        try {
            for (int i = 0; i < raw.length(); i++) {
                if (raw.charAt(i) == '%') {
                    bytes.put((byte) HexFormat.fromHexDigits(raw, i + 1, i + 3));
                    i += 2;
                } else {
                    bytes.put((byte) raw.charAt(i));
                }
            }
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(what + ": \"" + raw + "\" (expected: percent-encoded UTF-8)", e);
        }
    }
}
