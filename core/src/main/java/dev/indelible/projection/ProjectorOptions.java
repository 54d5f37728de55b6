package dev.indelible.projection;

import java.time.Duration;
import java.util.UUID;

/**
 * How a projector works.
 *
 * @param parts in how many parts a version of a read model is built and moved, from 1 to {@value Slices#COUNT}; parts
 *     are worked on at once and shared among processes, and keep order within each key only. It holds from the next
 *     version on
 * @param batchEventsMax most events of one step of a part
 * @param attemptsMax how often an event is tried before it is given up
 * @param whenGivenUp what becomes of it then
 * @param lease how long a process may be silent before others take its parts
 * @param member the name of this process among those that run the projection, different for each
 */
public record ProjectorOptions(
        int parts, int batchEventsMax, int attemptsMax, WhenGivenUp whenGivenUp, Duration lease, String member) {
    /** Most events of one step that can be asked for. */
    public static final int BATCH_EVENTS_MAX = 10_000;

    private static final int BATCH_EVENTS = 1_000;
    private static final int ATTEMPTS = 10;
    private static final Duration LEASE = Duration.ofSeconds(5);
    private static final Duration LEASE_MIN = Duration.ofMillis(20);
    private static final Duration LEASE_MAX = Duration.ofMinutes(10);
    private static final int MEMBER_MAX = 100;

    /** What becomes of an event that fails again and again. */
    public enum WhenGivenUp {
        /** The projector stops before it, until it is told to resume. */
        STOP,
        /** It is set aside, and with it those of its key that follow, while others go on. */
        PARK
    }

    /** Checks the values. */
    public ProjectorOptions {
        check("parts", parts, Slices.COUNT);
        check("batchEventsMax", batchEventsMax, BATCH_EVENTS_MAX);
        check("attemptsMax", attemptsMax, Integer.MAX_VALUE);
        if (lease.compareTo(LEASE_MIN) < 0 || lease.compareTo(LEASE_MAX) > 0) {
            throw new IllegalArgumentException(
                    "lease: " + lease + " (expected: " + LEASE_MIN + " to " + LEASE_MAX + ")");
        }
        if (member.isEmpty() || member.length() > MEMBER_MAX || !member.matches("[\\w.:-]+")) {
            throw new IllegalArgumentException(
                    "member: \"" + member + "\" (expected: 1 to " + MEMBER_MAX + " of letters, digits, _ . : -)");
        }
    }

    private static void check(String name, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: 1 to " + max + ")");
        }
    }

    /** One part, 1,000 events, 10 attempts, then it stops; a lease of 5 s; a member name of its own. */
    public static ProjectorOptions standard() {
        return new ProjectorOptions(
                1,
                BATCH_EVENTS,
                ATTEMPTS,
                WhenGivenUp.STOP,
                LEASE,
                UUID.randomUUID().toString());
    }

    /** They with so many parts. */
    public ProjectorOptions withParts(int parts) {
        return new ProjectorOptions(parts, batchEventsMax, attemptsMax, whenGivenUp, lease, member);
    }

    /** They with steps of at most so many events. */
    public ProjectorOptions withBatchEventsMax(int batchEventsMax) {
        return new ProjectorOptions(parts, batchEventsMax, attemptsMax, whenGivenUp, lease, member);
    }

    /** They with so many attempts for an event. */
    public ProjectorOptions withAttemptsMax(int attemptsMax) {
        return new ProjectorOptions(parts, batchEventsMax, attemptsMax, whenGivenUp, lease, member);
    }

    /** They, and events that are given up are parked. */
    public ProjectorOptions parking() {
        return new ProjectorOptions(parts, batchEventsMax, attemptsMax, WhenGivenUp.PARK, lease, member);
    }

    /** They with another lease. */
    public ProjectorOptions withLease(Duration lease) {
        return new ProjectorOptions(parts, batchEventsMax, attemptsMax, whenGivenUp, lease, member);
    }

    /** They with that name for this process. */
    public ProjectorOptions withMember(String member) {
        return new ProjectorOptions(parts, batchEventsMax, attemptsMax, whenGivenUp, lease, member);
    }
}
