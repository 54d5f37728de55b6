package dev.indelible.server.kurrent;

import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.indelible.server.kurrent.persistent.ConsumerStrategy;
import dev.indelible.server.kurrent.persistent.GroupSettings;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.AllOptions;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.GroupOptions;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.Settings;
import dev.indelible.server.kurrent.protocol.Shared.StreamIdentifier;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.ReadReq.FilterOptions;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.ReadReq.StreamOptions;
import dev.indelible.server.security.Rights;
import org.jspecify.annotations.Nullable;

/** What clients say of groups. */
final class GroupRequests {
    private static final long TICKS_PER_MS = 10_000;
    private static final long MESSAGE_TIMEOUT_MS = 30_000;
    private static final long CHECKPOINT_AFTER_MS = 2_000;

    private GroupRequests() {}

    /**
     * Who calls.
     *
     * @param from its address
     * @param name that it gives to its connection
     * @param user its login
     */
    record Peer(String from, String name, String user) {
        private static final int NAME_CHARS_MAX = 200;
        private static final String NOBODY_IN_PARTICULAR = "anonymous";

        /** Who the call that runs is from. */
        static Peer current() {
            ServiceRequestContext context = ServiceRequestContext.current();
            RequestHeaders headers = context.request().headers();
            String name = headers.get("connection-name", "<unknown>");
            String address = String.valueOf(context.remoteAddress());
            String login = Rights.current().login();
            return new Peer(
                    address.startsWith("/") ? address.substring(1) : address,
                    name.substring(0, Math.min(name.length(), NAME_CHARS_MAX)),
                    login.isEmpty() ? NOBODY_IN_PARTICULAR : login);
        }
    }

    /**
     * A group that is asked for.
     *
     * @param key which
     * @param settings how it is to work
     * @param given the rest of it
     * @param start first place, or {@link GroupConfig#END}
     * @param filter which events of everything, or null
     */
    record Asked(
            GroupKey key,
            GroupSettings settings,
            Settings given,
            long start,
            @Nullable FilterOptions filter) {}

    static Asked asked(GroupOptions options) {
        String name = options.getGroupName();
        return switch (options.getStreamOptionCase()) {
            case ALL -> {
                AllOptions all = options.getAll();
                FilterOptions filter = all.hasFilter() ? filter(all.getFilter()) : null;
                yield asked(new GroupKey(GroupKey.ALL, name), options, start(all), filter);
            }
            case STREAM ->
                asked(key(options.getStream().getStreamIdentifier(), name), options, start(options.getStream()), null);
            case STREAMOPTION_NOT_SET ->
                asked(
                        key(options.getStreamIdentifier(), name),
                        options,
                        start(options.getSettings().getRevision()),
                        null);
        };
    }

    private static Asked asked(GroupKey key, GroupOptions options, long start, @Nullable FilterOptions filter) {
        return new Asked(key, settings(key, options.getSettings()), options.getSettings(), start, filter);
    }

    /** The group of a stream. */
    static GroupKey key(StreamIdentifier stream, String group) {
        String name = EventForm.name(stream);
        if (name.equals(GroupKey.ALL)) {
            throw Refusals.badRequest("stream: $all (expected: the option for all events)");
        }
        return new GroupKey(name, group);
    }

    /** The interval of checkpoints is for subscriptions of another kind. */
    private static FilterOptions filter(FilterOptions given) {
        FilterOptions filter = given.toBuilder()
                .setCheckpointIntervalMultiplier(1)
                .clearWindow()
                .build();
        Filter.of(filter);
        return filter;
    }

    private static long start(StreamOptions options) {
        return switch (options.getRevisionOptionCase()) {
            case REVISION -> start(options.getRevision());
            case START, REVISIONOPTION_NOT_SET -> 0;
            case END -> GroupConfig.END;
        };
    }

    private static long start(AllOptions options) {
        return switch (options.getAllOptionCase()) {
            case POSITION -> start(options.getPosition().getCommitPosition());
            case START, ALLOPTION_NOT_SET -> 0;
            case END -> GroupConfig.END;
        };
    }

    /** Numbers of 2^63 and more stand for the end. */
    private static long start(long unsigned) {
        return unsigned < 0 || unsigned == Long.MAX_VALUE ? GroupConfig.END : unsigned;
    }

    private static GroupSettings settings(GroupKey key, Settings given) {
        long timeoutMs = switch (given.getMessageTimeoutCase()) {
            case MESSAGE_TIMEOUT_MS -> given.getMessageTimeoutMs();
            case MESSAGE_TIMEOUT_TICKS -> given.getMessageTimeoutTicks() / TICKS_PER_MS;
            case MESSAGETIMEOUT_NOT_SET -> MESSAGE_TIMEOUT_MS;
        };
        long checkpointMs = switch (given.getCheckpointAfterCase()) {
            case CHECKPOINT_AFTER_MS -> given.getCheckpointAfterMs();
            case CHECKPOINT_AFTER_TICKS -> given.getCheckpointAfterTicks() / TICKS_PER_MS;
            case CHECKPOINTAFTER_NOT_SET -> CHECKPOINT_AFTER_MS;
        };
        try {
            return new GroupSettings(
                    Math.min(timeoutMs, Integer.MAX_VALUE),
                    given.getMaxRetryCount(),
                    Math.min(checkpointMs, Integer.MAX_VALUE),
                    given.getMinCheckpointCount(),
                    given.getMaxCheckpointCount(),
                    given.getMaxSubscriberCount(),
                    given.getLiveBufferSize(),
                    given.getReadBatchSize(),
                    given.getHistoryBufferSize(),
                    strategy(key, given));
        } catch (IllegalArgumentException fault) {
            throw GroupRefusals.failed(key, String.valueOf(fault.getMessage()));
        }
    }

    private static ConsumerStrategy strategy(GroupKey key, Settings given) {
        String text = given.getConsumerStrategy();
        if (!text.isEmpty()) {
            return ConsumerStrategy.of(text).orElseThrow(() -> noStrategy(key, text));
        }
        return switch (given.getNamedConsumerStrategy()) {
            case DISPATCH_TO_SINGLE -> ConsumerStrategy.DISPATCH_TO_SINGLE;
            case ROUND_ROBIN -> ConsumerStrategy.ROUND_ROBIN;
            case PINNED -> ConsumerStrategy.PINNED;
            case UNRECOGNIZED -> throw noStrategy(key, Integer.toString(given.getNamedConsumerStrategyValue()));
        };
    }

    private static RuntimeException noStrategy(GroupKey key, String text) {
        return GroupRefusals.failed(key, "Consumer strategy " + text + " does not exist.");
    }
}
