package dev.indelible.server.security;

/** What can be done to a stream. */
public enum Right {
    /** Reading and following its events. */
    READ("$r"),

    /** Appending. */
    WRITE("$w"),

    /** Deleting, and putting up a tombstone. */
    DELETE("$d"),

    /** Reading its metadata. */
    READ_METADATA("$mr"),

    /** Writing its metadata, and with it these rights. */
    WRITE_METADATA("$mw");

    private final String member;

    Right(String member) {
        this.member = member;
    }

    /** Its name in {@code $acl}. */
    String member() {
        return member;
    }
}
