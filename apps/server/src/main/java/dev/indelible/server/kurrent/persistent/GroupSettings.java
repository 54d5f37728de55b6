package dev.indelible.server.kurrent.persistent;

/**
 * How a group works. Times are in milliseconds.
 *
 * @param messageTimeoutMs an event that is not answered for so long is sent again; 0: never
 * @param maxRetryCount an event is sent again so often, then it is parked
 * @param checkpointAfterMs a checkpoint is due after so long
 * @param minCheckpointCount but not before so many events
 * @param maxCheckpointCount and after so many events in any case
 * @param maxSubscriberCount most consumers at once; 0: any number
 * @param liveBufferSize so many events wait for a consumer when the end of the source was reached
 * @param readBatchSize so many events are read at once
 * @param historyBufferSize so many events wait for a consumer before the end of the source was reached
 * @param strategy which consumer gets an event
 */
public record GroupSettings(
        long messageTimeoutMs,
        int maxRetryCount,
        long checkpointAfterMs,
        int minCheckpointCount,
        int maxCheckpointCount,
        int maxSubscriberCount,
        int liveBufferSize,
        int readBatchSize,
        int historyBufferSize,
        ConsumerStrategy strategy) {
    /** Checks the numbers; throws {@link IllegalArgumentException} that names the fault. */
    public GroupSettings {
        atLeast("message timeout", messageTimeoutMs, 0);
        atLeast("max retry count", maxRetryCount, 0);
        atLeast("checkpoint after", checkpointAfterMs, 0);
        atLeast("min checkpoint count", minCheckpointCount, 0);
        atLeast("max checkpoint count", maxCheckpointCount, 0);
        atLeast("max subscriber count", maxSubscriberCount, 0);
        atLeast("live buffer size", liveBufferSize, 1);
        atLeast("read batch size", readBatchSize, 1);
        atLeast("history buffer size", historyBufferSize, 1);
        if (readBatchSize >= historyBufferSize) {
            throw new IllegalArgumentException("read batch size: %d (expected: less than the history buffer size, %d)"
                    .formatted(readBatchSize, historyBufferSize));
        }
    }

    private static void atLeast(String what, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(what + ": " + value + " (expected: " + least + " or more)");
        }
    }
}
