package dev.indelible.server.kurrent;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** What is told of groups of consumers that cannot be had. */
final class GroupRefusals {
    private GroupRefusals() {}

    static StatusRuntimeException failed(GroupKey key, String reason) {
        return Refusals.of(
                Status.INTERNAL,
                "Subscription group " + key.group() + " on stream " + key.source() + " failed: '" + reason + "'",
                "persistent-subscription-failed",
                "stream-name",
                key.source(),
                "group-name",
                key.group(),
                "reason",
                reason);
    }

    static StatusRuntimeException missing(String source, String group) {
        return Refusals.of(
                Status.NOT_FOUND,
                "Subscription group " + group + " on stream " + source + " does not exist.",
                "persistent-subscription-does-not-exist",
                "stream-name",
                source,
                "group-name",
                group);
    }

    static StatusRuntimeException exists(GroupKey key) {
        return about(
                key,
                Status.ALREADY_EXISTS,
                "persistent-subscription-exists",
                "Subscription group %s on stream %s exists.");
    }

    static StatusRuntimeException full(GroupKey key) {
        return about(
                key,
                Status.FAILED_PRECONDITION,
                "maximum-subscribers-reached",
                "Maximum subscriptions reached for subscription group %s on stream %s.");
    }

    static StatusRuntimeException dropped(GroupKey key) {
        return about(
                key,
                Status.CANCELLED,
                "persistent-subscription-dropped",
                "Subscription group %s on stream %s was dropped.");
    }

    private static StatusRuntimeException about(GroupKey key, Status status, String kind, String text) {
        return Refusals.of(
                status,
                text.formatted(key.group(), key.source()),
                kind,
                "stream-name",
                key.source(),
                "group-name",
                key.group());
    }
}
