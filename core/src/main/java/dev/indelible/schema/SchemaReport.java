package dev.indelible.schema;

import java.util.List;

/**
 * What a check of event schemas has found.
 *
 * @param faults what could make recorded events unreadable, or read otherwise than they were meant
 * @param additions what is new and does no harm, in words
 */
public record SchemaReport(List<Fault> faults, List<String> additions) {
    /** Copies both. */
    public SchemaReport {
        faults = List.copyOf(faults);
        additions = List.copyOf(additions);
    }

    /**
     * One fault.
     *
     * @param place the event type, schema version and field
     * @param reason what is wrong there
     * @param remedy what to do about it
     */
    public record Fault(String place, String reason, String remedy) {
        /** All of it, in one line. */
        @Override
        public String toString() {
            return place + ": " + reason + ". Remedy: " + remedy;
        }
    }

    /** Whether nothing is wrong. */
    public boolean passes() {
        return faults.isEmpty();
    }
}
