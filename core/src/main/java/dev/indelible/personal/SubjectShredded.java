package dev.indelible.personal;

/** A subject whose key was destroyed gets no new one by itself, so nothing can be recorded about it. */
public final class SubjectShredded extends IllegalStateException {
    private static final long serialVersionUID = 1;

    private final transient Subject subject;

    /** That subject was shredded. */
    public SubjectShredded(Subject subject, Tombstone tombstone) {
        super("%s was shredded at %s (expected: a subject that was not; readmit it if its data may be kept again)"
                .formatted(subject, tombstone.shreddedAt()));
        this.subject = subject;
    }

    /** Which one. */
    public Subject subject() {
        return subject;
    }
}
