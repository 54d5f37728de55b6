package dev.indelible.projection;

import dev.indelible.event.Position;

/**
 * The note that says how far a part of a version is, and whose it is.
 *
 * @param note it as the target has it
 * @param slices which part
 * @param owner the member of the group that moves it; empty if nobody does
 */
record Checkpoint(Note note, Slices slices, String owner) {
    private static final String OWNER = "owner";

    static String prefix(int version) {
        return "part/" + version + "/";
    }

    static Note absent(int version, Slices slices) {
        return Note.absent(prefix(version) + slices);
    }

    static Checkpoint of(Note note) {
        String slices = note.key().substring(note.key().lastIndexOf('/') + 1);
        int dash = slices.indexOf('-');
        return new Checkpoint(
                note,
                new Slices(Integer.parseInt(slices.substring(0, dash)), Integer.parseInt(slices.substring(dash + 1))),
                Fields.of(note.text()).text(OWNER));
    }

    Position position() {
        return note.position();
    }

    Note owned(String by) {
        return note.next(note.position(), Fields.of(note.text()).with(OWNER, by).toString());
    }
}
