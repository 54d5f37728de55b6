package dev.indelible.server.security;

/** The caller may not do that. */
public final class AccessDenied extends RuntimeException {
    private static final long serialVersionUID = 1;

    AccessDenied(String message) {
        super(message);
    }
}
