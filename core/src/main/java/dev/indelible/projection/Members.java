package dev.indelible.projection;

import dev.indelible.event.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who else runs a projection. Each member writes a note again and again; whoever sees none change for the time of a
 * lease takes its writer for gone. No clocks are compared, and to be wrong is harmless: what belongs to whom is decided
 * by the checkpoints.
 */
final class Members {
    private static final String PREFIX = "member/";
    private static final String CODE = "code";
    private static final int MEMBERS_MAX = 10_000;

    /** After so many leases a note of a member that is gone is deleted. */
    private static final int LEASES_KEPT = 10;

    private final Ledger<?> ledger;
    private final String id;
    private final int code;
    private final Duration lease;
    private final Map<String, Sighting> sightings = new HashMap<>();
    private Note own;
    private long beatNanos;

    /** When a member's note was last seen to have changed. */
    private record Sighting(long revision, int code, long nanos) {}

    Members(Ledger<?> ledger, String id, int code, Duration lease) {
        this.ledger = ledger;
        this.id = id;
        this.code = code;
        this.lease = lease;
        this.own = Note.absent(PREFIX + id);
        this.beatNanos = System.nanoTime() - lease.toNanos();
    }

    String id() {
        return id;
    }

    /** Says that this one is there, and looks who else is, if it has not just done so. */
    void beat() {
        if (System.nanoTime() - beatNanos >= lease.toNanos() / 5) {
            beatNow();
            beatNanos = System.nanoTime();
        }
    }

    private void beatNow() {
        Note next = own.next(Position.START, Fields.none().with(CODE, code).toString());
        if (ledger.note(own, next, List.of(), List.of())) {
            own = next;
        } else {
            own = ledger.note(own.key()).orElse(Note.absent(own.key()));
        }
        long now = System.nanoTime();
        Set<String> there = new HashSet<>();
        for (Note note : ledger.notes(PREFIX, MEMBERS_MAX)) {
            String member = note.key().substring(PREFIX.length());
            Sighting last = sightings.get(member);
            there.add(member);
            if (last == null || last.revision() != note.revision()) {
                int its = (int) Fields.of(note.text()).number(CODE);
                sightings.put(member, new Sighting(note.revision(), its, now));
            }
        }
        sightings.keySet().retainAll(there);
        sweep(now);
    }

    /** Deletes the notes of those who are long gone. */
    private void sweep(long now) {
        List<String> gone = new ArrayList<>();
        sightings.forEach((member, last) -> {
            if (now - last.nanos() > LEASES_KEPT * lease.toNanos()) {
                gone.add(PREFIX + member);
            }
        });
        Note next = own.next();
        if (!gone.isEmpty() && ledger.note(own, next, List.of(), gone)) {
            own = next;
        }
    }

    /** Those who are there and run this version of the code; this one is always among its own. */
    Set<String> present(int withCode) {
        long now = System.nanoTime();
        Set<String> present = new TreeSet<>();
        sightings.forEach((member, last) -> {
            if (last.code() == withCode && now - last.nanos() <= lease.toNanos()) {
                present.add(member);
            }
        });
        if (withCode == code) {
            present.add(id);
        }
        return present;
    }

    /** Whether somebody has said of himself that he runs this version of the code, and not that he is gone. */
    static boolean anybodyRuns(Ledger<?> ledger, int code) {
        return ledger.notes(PREFIX, MEMBERS_MAX).stream()
                .anyMatch(note -> Fields.of(note.text()).number(CODE) == code);
    }

    /** Says that this one is gone. */
    void leave() {
        ledger.note(own, own.next(), List.of(), List.of(own.key()));
    }
}
