package dev.indelible.redis;

import dev.indelible.projection.Namespace;
import java.util.ArrayList;
import java.util.List;

/** The commands of one step of a projection, which are run together, in their order. For one thread, while it works. */
public final class RedisWrites {
    private static final int ARGUMENTS_MAX = 4_000;

    private final Namespace namespace;
    private final List<String> encoded = new ArrayList<>();

    RedisWrites(Namespace namespace) {
        this.namespace = namespace;
    }

    /**
     * The key of that name in the version of the read model that is written to; readers find it by
     * {@link RedisTarget#key}. Give it as the first argument of a command.
     */
    public String key(String name) {
        return RedisTarget.key(namespace, name);
    }

    /**
     * One more command, for example {@code call("HINCRBY", writes.key("orders"), "placed", "1")}, whose first argument
     * must be one of {@linkplain #key its keys}. What it answers is not to be had: read from Redis what the work needs
     * before it, or write so that it needs nothing.
     */
    public void call(String command, String key, String... arguments) {
        if (arguments.length > ARGUMENTS_MAX) {
            throw new IllegalArgumentException(
                    command + ": " + arguments.length + " arguments (limit: " + ARGUMENTS_MAX + ")");
        }
        if (!key.startsWith(RedisTarget.prefix(namespace))) {
            throw new IllegalArgumentException(command + ": key \"" + key + "\" (expected: one of writes.key(name))");
        }
        encoded.add(Integer.toString(2 + arguments.length));
        encoded.add(command);
        encoded.add(key);
        encoded.addAll(List.of(arguments));
    }

    /** Of each command how many words it has, and the words. */
    List<String> encoded() {
        return encoded;
    }
}
