package dev.indelible.redis;

import java.util.ArrayList;
import java.util.List;

/** The commands of one step of a projection, which are run together, in their order. For one thread, while it works. */
public final class RedisWrites {
    private static final int ARGUMENTS_MAX = 4_000;

    private final List<String> encoded = new ArrayList<>();

    RedisWrites() {}

    /**
     * One more command, for example {@code call("HINCRBY", "orders:{order-summary}", "placed", "1")}. In a cluster its
     * keys
     * must be in the slot of the projection, by {@code {name}} in them. What it answers is not to be had: read from
     * Redis what the work needs before it, or write so that it needs nothing.
     */
    public void call(String command, String... arguments) {
        if (arguments.length > ARGUMENTS_MAX) {
            throw new IllegalArgumentException(
                    command + ": " + arguments.length + " arguments (limit: " + ARGUMENTS_MAX + ")");
        }
        encoded.add(Integer.toString(1 + arguments.length));
        encoded.add(command);
        encoded.addAll(List.of(arguments));
    }

    /** Of each command how many words it has, and the words. */
    List<String> encoded() {
        return encoded;
    }
}
