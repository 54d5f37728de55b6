package dev.indelible.server.kurrent;

import dev.indelible.server.kurrent.persistent.GroupSettings;
import dev.indelible.server.kurrent.persistent.GroupStatus;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.SubscriptionInfo;

/** How a group stands, as clients are told. */
final class GroupInfo {
    private GroupInfo() {}

    static SubscriptionInfo of(Groups.Told told) {
        GroupConfig config = told.config();
        GroupSettings settings = config.settings();
        boolean all = config.key().isAll();
        long done = told.checkpoint().orElse(config.after());
        SubscriptionInfo.Builder info = SubscriptionInfo.newBuilder()
                .setEventSource(config.key().source())
                .setGroupName(config.key().group())
                .setStatus(done >= told.last() ? "Live" : "Behind")
                .setResolveLinkTos(config.resolvesLinks())
                .setStartFrom(GroupRecords.place(config.start(), all))
                .setMessageTimeoutMilliseconds((int) settings.messageTimeoutMs())
                .setExtraStatistics(config.extraStatistics())
                .setMaxRetryCount(settings.maxRetryCount())
                .setLiveBufferSize(settings.liveBufferSize())
                .setBufferSize(settings.historyBufferSize())
                .setReadBatchSize(settings.readBatchSize())
                .setCheckPointAfterMilliseconds((int) settings.checkpointAfterMs())
                .setMinCheckPointCount(settings.minCheckpointCount())
                .setMaxCheckPointCount(settings.maxCheckpointCount())
                .setNamedConsumerStrategy(settings.strategy().text())
                .setMaxSubscriberCount(settings.maxSubscriberCount())
                .setParkedMessageCount(told.parked());
        told.checkpoint().ifPresent(place -> info.setLastCheckpointedEventPosition(GroupRecords.place(place, all)));
        if (told.last() >= (all ? 1 : 0)) {
            info.setLastKnownEventPosition(GroupRecords.place(told.last(), all));
        }
        GroupRun run = told.run();
        if (run != null) {
            addWork(info, run);
        }
        return info.build();
    }

    private static void addWork(SubscriptionInfo.Builder info, GroupRun run) {
        GroupStanding standing = run.standing();
        GroupStatus group = standing.group();
        String status = standing.live() ? "Live" : info.getStatus();
        info.setStatus(standing.failing().isEmpty() ? status : status + ", failing: " + standing.failing())
                .setTotalItems(group.processed())
                .setAveragePerSecond(perSecond(group.processed(), run.seconds()))
                .setReadBufferCount(standing.live() ? 0 : group.waiting() - group.retrying())
                .setLiveBufferCount(standing.live() ? group.waiting() - group.retrying() : 0)
                .setRetryBufferCount(group.retrying())
                .setTotalInFlightMessages(group.inFlight())
                .setOutstandingMessagesCount(group.inFlight());
        for (GroupStanding.Connected connected : standing.connections()) {
            info.addConnections(SubscriptionInfo.ConnectionInfo.newBuilder()
                    .setFrom(connected.peer().from())
                    .setUsername(connected.peer().user())
                    .setAverageItemsPerSecond(perSecond(connected.processed(), connected.seconds()))
                    .setTotalItems(connected.processed())
                    .setAvailableSlots(connected.availableSlots())
                    .setInFlightMessages(connected.inFlight())
                    .setConnectionName(connected.peer().name()));
        }
    }

    private static int perSecond(long items, long seconds) {
        return (int) (items / Math.max(1, seconds));
    }
}
