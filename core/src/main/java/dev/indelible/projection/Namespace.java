package dev.indelible.projection;

import java.util.regex.Pattern;

/**
 * Where one version of a projection's read model lies in a target: a schema, an index, a prefix of keys. Projections of
 * one target never see each other's.
 *
 * @param projection the projection's name: small letters, digits and {@code _}, begins with a letter, at most
 *     {@value #NAME_MAX} characters, does not end like a version ({@code _v2})
 * @param version 1, 2, 3, one more with each rebuild
 */
public record Namespace(String projection, int version) {
    /** Most characters of a projection's name. */
    public static final int NAME_MAX = 40;

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");
    private static final Pattern LIKE_A_VERSION = Pattern.compile(".*_v[0-9]+");

    /** Checks the name; throws {@link IllegalArgumentException} that names the fault. */
    public Namespace {
        check(projection);
        if (version < 1) {
            throw new IllegalArgumentException("version of " + projection + ": " + version + " (expected: from 1)");
        }
    }

    static void check(String projection) {
        if (!NAME.matcher(projection).matches()
                || projection.length() > NAME_MAX
                || LIKE_A_VERSION.matcher(projection).matches()) {
            throw new IllegalArgumentException("projection: \"" + projection
                    + "\" (expected: small letters, digits and _, a letter first, at most " + NAME_MAX
                    + ", and no version like _v2 at its end)");
        }
    }

    /** For example {@code order_summary_v2}. */
    @Override
    public String toString() {
        return projection + "_v" + version;
    }
}
