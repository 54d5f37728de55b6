package dev.indelible.projection;

import dev.indelible.event.Position;
import dev.indelible.projection.RebuildStatus.Phase;
import java.util.ArrayList;
import java.util.List;

/** The note that says which version of a read model is read, which is being built, and whether it is paused. */
final class Control {
    static final String KEY = "control";

    private static final String ACTIVE = "active";
    private static final String BUILDING = "building";
    private static final String FORMER = "former";
    private static final String LAST = "last";
    private static final String NEWEST_CODE = "newest_code";
    private static final String PHASE = "phase";
    private static final String MEET = "meet";
    private static final String SAMPLES = "compare";
    private static final String DIFFERENCE = "difference";
    private static final String REPLAY_UNTIL = "replay_until";
    private static final String PAUSED = "paused";
    private static final String RESUMED = "resumed";

    private final Note note;
    private final Fields fields;

    private Control(Note note, Fields fields) {
        this.note = note;
        this.fields = fields;
    }

    static Control of(Note note) {
        return new Control(note, Fields.of(note.text()));
    }

    /** It as the target has it. */
    Note note() {
        return note;
    }

    /** It as it is to be. */
    Note next() {
        return note.next(Position.of(fields.number(MEET)), fields.toString());
    }

    /** The version that readers see; 0 before the first is published. */
    int active() {
        return (int) fields.number(ACTIVE);
    }

    /** The version that is built or rolled back to; 0 if none is. */
    int building() {
        return (int) fields.number(BUILDING);
    }

    /** The version that was read before and can be rolled back to; 0 if there is none. */
    int former() {
        return (int) fields.number(FORMER);
    }

    /** The highest version that there ever was. */
    int last() {
        return (int) fields.number(LAST);
    }

    /** The newest code that a version was ever begun with, whatever became of that. */
    int newestCode() {
        return (int) fields.number(NEWEST_CODE);
    }

    /** The versions that are moved on. */
    List<Integer> moving() {
        List<Integer> versions = new ArrayList<>();
        if (active() > 0) {
            versions.add(active());
        }
        if (active() > 0 && building() > 0) {
            versions.add(building());
        }
        return versions;
    }

    /** The version of the code that writes a version of the model. */
    int code(int version) {
        return (int) fields.number("code." + version);
    }

    /** In how many parts its events are taken in. */
    int parts(int version) {
        return (int) fields.number("parts." + version);
    }

    Phase phase() {
        String phase = fields.text(PHASE);
        return phase.isEmpty() ? Phase.NONE : Phase.valueOf(phase);
    }

    /** Where both versions are brought to before the one takes the other's place. */
    Position meet() {
        return Position.of(fields.number(MEET));
    }

    /** How many rows are compared before the switch; 0 for none. */
    int samples() {
        return (int) fields.number(SAMPLES);
    }

    String difference() {
        return fields.text(DIFFERENCE);
    }

    Position replayUntil() {
        return Position.of(fields.number(REPLAY_UNTIL));
    }

    boolean isPaused() {
        return fields.number(PAUSED) > 0;
    }

    /** How often somebody said: go on. */
    long resumed() {
        return fields.number(RESUMED);
    }

    private Control with(String name, Object value) {
        return new Control(note, fields.with(name, value));
    }

    Control beginning(Position head, int code, int parts) {
        return with(REPLAY_UNTIL, head).building(1, code, parts);
    }

    Control building(int version, int code, int parts) {
        return with("code." + version, code)
                .with("parts." + version, parts)
                .with(LAST, Math.max(last(), version))
                .with(NEWEST_CODE, Math.max(newestCode(), code))
                .with(BUILDING, version)
                .with(DIFFERENCE, "")
                .phase(Phase.BUILDING);
    }

    Control comparing(int samples) {
        return with(SAMPLES, samples);
    }

    /** It is switched although it differs. */
    Control accepted() {
        return with(SAMPLES, 0).with(DIFFERENCE, "").phase(Phase.BUILDING);
    }

    Control rollingBack() {
        return building(former(), code(former()), parts(former()))
                .with(FORMER, 0)
                .with(SAMPLES, 0);
    }

    Control phase(Phase phase) {
        return with(PHASE, phase == Phase.NONE ? "" : phase.name());
    }

    /** The one that is built cannot come to the meeting now; both go on. */
    Control parting() {
        return with(MEET, 0).phase(Phase.BUILDING);
    }

    Control meeting(Position at) {
        return with(MEET, at).phase(Phase.MEETING);
    }

    Control differing(String how) {
        return with(DIFFERENCE, how).phase(Phase.DIFFERS);
    }

    /** What is built is now read, and what was read is the former one. */
    Control switched() {
        Control switched = with(FORMER, active()).with(ACTIVE, building()).with(BUILDING, 0);
        return (active() > 0 ? switched.with(REPLAY_UNTIL, meet()) : switched)
                .with(MEET, 0)
                .with(SAMPLES, 0)
                .with(DIFFERENCE, "")
                .phase(Phase.NONE);
    }

    Control withoutFormer() {
        return with("code." + former(), 0).with("parts." + former(), 0).with(FORMER, 0);
    }

    /** What was built is given up; if it was read before, it is kept as such. */
    Control cancelled(boolean isRollback) {
        Control cancelled = isRollback
                ? with(FORMER, building())
                : with("code." + building(), 0).with("parts." + building(), 0);
        return cancelled
                .with(BUILDING, 0)
                .with(MEET, 0)
                .with(SAMPLES, 0)
                .with(DIFFERENCE, "")
                .phase(Phase.NONE);
    }

    Control paused(boolean isPaused) {
        return isPaused ? with(PAUSED, 1) : with(PAUSED, 0).with(RESUMED, resumed() + 1);
    }
}
