package dev.indelible.event;

/**
 * A condition of an append: refuse it if an event that matches the query was recorded after the position.
 *
 * @param query what must not have happened
 * @param after since when; what a read hands out as its {@code asOf}
 */
public record Guard(EventQuery query, Position after) {}
