package dev.indelible.embedded;

import java.util.ArrayList;
import java.util.List;

/** The events of one or more of several candidates, each once. */
final class CandidatesOfAny implements Candidates {
    private final List<Candidates> open;
    private final boolean backwards;
    private boolean started;
    private int best;

    CandidatesOfAny(List<Candidates> parts, boolean backwards) {
        this.open = new ArrayList<>(parts);
        this.backwards = backwards;
    }

    @Override
    public boolean next() {
        if (started) {
            long passed = position();
            open.removeIf(part -> part.position() == passed && !part.next());
        } else {
            open.removeIf(part -> !part.next());
            started = true;
        }
        return choose();
    }

    @Override
    public boolean seek(long position, boolean ignored) {
        open.removeIf(part -> !part.seek(position, backwards));
        return choose();
    }

    @Override
    public long position() {
        return open.get(best).position();
    }

    @Override
    public long address() {
        return open.get(best).address();
    }

    private boolean choose() {
        best = 0;
        for (int i = 1; i < open.size(); i++) {
            long position = open.get(i).position();
            if (backwards ? position > position() : position < position()) {
                best = i;
            }
        }
        return !open.isEmpty();
    }
}
