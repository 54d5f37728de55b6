package dev.indelible.server.kurrent.persistent;

import java.util.Optional;

/** Which consumer of a group gets an event. */
public enum ConsumerStrategy {
    /** One consumer gets all until it is full, then the next one. */
    DISPATCH_TO_SINGLE("DispatchToSingle"),
    /** One after the other. */
    ROUND_ROBIN("RoundRobin"),
    /** Events of one stream go to one consumer as long as the consumers are the same. */
    PINNED("Pinned"),
    /** Events of one correlation id go to one consumer as long as the consumers are the same. */
    PINNED_BY_CORRELATION("PinnedByCorrelation");

    private final String text;

    ConsumerStrategy(String text) {
        this.text = text;
    }

    /** The name that clients know it by. */
    public String text() {
        return text;
    }

    /** The strategy of that name. */
    public static Optional<ConsumerStrategy> of(String text) {
        for (ConsumerStrategy strategy : values()) {
            if (strategy.text.equals(text)) {
                return Optional.of(strategy);
            }
        }
        return Optional.empty();
    }

    boolean isPinned() {
        return this == PINNED || this == PINNED_BY_CORRELATION;
    }
}
