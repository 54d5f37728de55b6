package dev.indelible.postgres;

import dev.indelible.EventStoreException;
import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unavailable;
import java.sql.SQLException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What an error of the driver means to the caller. */
final class Failures {
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String DAMAGED = "XX";

    private Failures() {}

    /** Damage is {@link Corrupted}; whatever else the database or the way to it says, is {@link Unavailable}. */
    static EventStoreException of(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String text = "PostgreSQL: " + text(e);
        if (state.startsWith(DAMAGED) && !state.equals("XX000")) {
            return new Corrupted(text, e);
        }
        if (state.equals(LOCK_NOT_AVAILABLE)) {
            return new Unavailable(
                    text + " (a transaction that called append or append_batch is still open; describe shows it)", e);
        }
        return new Unavailable(text, e);
    }

    /** Without the lines of code that the server has run on the way. */
    private static String text(SQLException e) {
        ServerErrorMessage server = e instanceof PSQLException known ? known.getServerErrorMessage() : null;
        String message = server == null ? e.getMessage() : server.getMessage();
        return message == null ? e.toString() : message;
    }
}
