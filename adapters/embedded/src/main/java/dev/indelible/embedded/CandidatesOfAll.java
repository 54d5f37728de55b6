package dev.indelible.embedded;

import java.util.List;

/** The events that all of several candidates hold. */
final class CandidatesOfAll implements Candidates {
    private final List<Candidates> parts;
    private final boolean backwards;
    private boolean started;

    CandidatesOfAll(List<Candidates> parts, boolean backwards) {
        this.parts = parts;
        this.backwards = backwards;
    }

    @Override
    public boolean next() {
        if (!started) {
            started = true;
            for (Candidates part : parts) {
                if (!part.next()) {
                    return false;
                }
            }
        } else if (!parts.get(0).next()) {
            return false;
        }
        return agree();
    }

    @Override
    public boolean seek(long position, boolean ignored) {
        return parts.get(0).seek(position, backwards) && agree();
    }

    @Override
    public long position() {
        return parts.get(0).position();
    }

    @Override
    public long address() {
        return parts.get(0).address();
    }

    /** Moves those behind to the one in front until all stand at one position. */
    private boolean agree() {
        long target = position();
        int agreed = 0;
        for (int i = 0; agreed < parts.size(); i = (i + 1) % parts.size()) {
            Candidates part = parts.get(i);
            if (!part.seek(target, backwards)) {
                return false;
            }
            agreed = part.position() == target ? agreed + 1 : 1;
            target = part.position();
        }
        return true;
    }
}
