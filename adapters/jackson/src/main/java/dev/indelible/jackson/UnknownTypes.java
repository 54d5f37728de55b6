package dev.indelible.jackson;

/**
 * What a codec does with events of a type that it does not know.
 *
 * <p>A projection that reads a few types of many may pass over the others. A decider never should: an event that it
 * does not take into account may be the very one that forbids what it decides.
 */
public enum UnknownTypes {
    /** They are an error, which is the default. */
    REFUSE,
    /** They give no event. */
    PASS_OVER
}
