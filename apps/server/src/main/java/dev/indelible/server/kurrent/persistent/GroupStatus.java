package dev.indelible.server.kurrent.persistent;

/**
 * How a group stands.
 *
 * @param checkpoint everything up to this place is recorded as done
 * @param processed events that were done
 * @param waiting events that wait for a consumer
 * @param retrying of these, those that a consumer had before
 * @param inFlight events with a consumer
 * @param parking events that are about to be parked
 * @param bytes that all these hold, about
 */
public record GroupStatus(
        long checkpoint, long processed, int waiting, int retrying, int inFlight, int parking, long bytes) {}
