package dev.indelible.lab;

import java.util.Locale;

/**
 * What one subject did in one case: the median of its rounds.
 *
 * @param name of the case
 * @param subject which store
 * @param eventsPerSecond events a second, all threads together
 * @param p50Micros median time of a call
 * @param p99Micros time that 99 of 100 calls did not take longer than
 */
record Measurement(String name, String subject, double eventsPerSecond, double p50Micros, double p99Micros) {
    String toJson(String bench) {
        return String.format(
                Locale.ROOT,
                "{\"bench\":\"%s\",\"case\":\"%s\",\"subject\":\"%s\","
                        + "\"events_per_s\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f}",
                bench,
                name,
                subject,
                eventsPerSecond,
                p50Micros,
                p99Micros);
    }
}
