package dev.indelible.server.kurrent;

import dev.indelible.event.StreamName;

/**
 * Which group.
 *
 * @param source the stream that it consumes, or {@link #ALL}
 * @param group its name there
 */
record GroupKey(String source, String group) {
    static final String ALL = "$all";

    private static final String RECORDS = "$persistentsubscription-";

    /** Checks the names. */
    GroupKey {
        if (group.isEmpty()) {
            throw Refusals.badRequest("group: empty (expected: a name)");
        }
        StreamName.of(StreamState.META_PREFIX + RECORDS + source + "::" + group + "-checkpoint");
    }

    boolean isAll() {
        return source.equals(ALL);
    }

    /** The stream where its checkpoints are. */
    String checkpointStream() {
        return RECORDS + this + "-checkpoint";
    }

    /** The stream where the links to its parked events are. */
    String parkedStream() {
        return RECORDS + this + "-parked";
    }

    /** Whether that stream, or the one whose metadata it holds, is of a group of everything, which it would feed. */
    static boolean isRecordOfAll(String stream) {
        String owner = StreamState.isMeta(stream) ? StreamState.ownerOf(stream) : stream;
        return owner.startsWith(RECORDS + ALL + "::") && (owner.endsWith("-checkpoint") || owner.endsWith("-parked"));
    }

    /** The id of its subscriptions. */
    @Override
    public String toString() {
        return source + "::" + group;
    }
}
