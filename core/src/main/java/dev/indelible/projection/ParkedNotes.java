package dev.indelible.projection;

import dev.indelible.event.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The notes of parked and skipped events of a projection. */
final class ParkedNotes {
    private static final int REASON_MAX = 2_000;
    private static final String KEY = "key";
    private static final String REASON = "reason";

    private ParkedNotes() {}

    static String parked(int version) {
        return "parked/" + version + "/";
    }

    static String skipped(int version) {
        return "skipped/" + version + "/";
    }

    private static String place(String key, Position position) {
        return "%04d/%020d".formatted(Slices.of(key), position.value());
    }

    static Note parked(int version, String key, Position position, String reason) {
        return Note.absent(parked(version) + place(key, position)).next(position, text(key, reason));
    }

    static Note skipped(int version, String key, Position position, String reason) {
        return Note.absent(skipped(version) + place(key, position)).next(position, text(key, reason));
    }

    private static String text(String key, String reason) {
        String brief = reason.length() > REASON_MAX ? reason.substring(0, REASON_MAX) + "…" : reason;
        return Fields.none().with(KEY, key).with(REASON, brief).toString();
    }

    static ParkedEvent event(int version, Note note) {
        Fields fields = Fields.of(note.text());
        return new ParkedEvent(version, fields.text(KEY), note.position(), fields.text(REASON));
    }

    /** What is parked within those slices, by slice and position; at most so many. */
    static List<ParkedEvent> within(Ledger<?> ledger, int version, Slices slices, int max) {
        List<ParkedEvent> found = new ArrayList<>();
        for (Note note : ledger.notes(parked(version), max)) {
            ParkedEvent event = event(version, note);
            if (slices.contains(Slices.of(event.key()))) {
                found.add(event);
            }
        }
        return found;
    }

    /** The first event of a key that is parked. */
    static Optional<ParkedEvent> first(Ledger<?> ledger, int version, String key, int max) {
        return ledger.notes(parked(version) + "%04d/".formatted(Slices.of(key)), max).stream()
                .map(note -> event(version, note))
                .filter(event -> event.key().equals(key))
                .findFirst();
    }

    static String reason(Throwable error) {
        return error.getMessage() == null ? error.getClass().getName() : error.toString();
    }
}
