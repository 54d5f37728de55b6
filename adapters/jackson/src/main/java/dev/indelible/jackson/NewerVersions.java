package dev.indelible.jackson;

/**
 * What a codec does with schema versions of a known type that are newer than all that it knows, such as those that a
 * process of the next release has recorded already.
 *
 * <p>A projection can pass over them if it is built anew with the next release, or read them as the latest if that
 * release only adds components. A decider never should do either: it would decide on a state that is not the true one,
 * and record what follows from it for ever. An older schema version that nothing reads is an error in any case.
 */
public enum NewerVersions {
    /** They are an error, which is the default. */
    REFUSE,
    /** They give no event. */
    PASS_OVER,
    /** They are read as the newest record of their type, which passes over what that record does not have. */
    READ_AS_LATEST
}
