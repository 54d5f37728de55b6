package dev.indelible.server.kurrent;

import dev.indelible.server.kurrent.persistent.GroupStatus;
import java.util.List;

/**
 * How a group at work stands.
 *
 * @param group what it holds
 * @param live whether it had reached the end of its source
 * @param failing with what it fails at present, or nothing
 * @param connections its consumers
 */
record GroupStanding(GroupStatus group, boolean live, String failing, List<GroupStanding.Connected> connections) {
    /** Copies the list. */
    GroupStanding {
        connections = List.copyOf(connections);
    }

    /**
     * One consumer.
     *
     * @param peer who it is
     * @param seconds since it came
     */
    record Connected(GroupRequests.Peer peer, long seconds, long processed, int availableSlots, int inFlight) {}
}
