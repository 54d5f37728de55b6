package dev.indelible.projection;

/**
 * An event of the application and the recorded event that it comes from.
 *
 * @param event the application's event
 * @param delivery what was recorded
 * @param <E> the application's events
 */
public record Delivered<E>(E event, Delivery delivery) {}
