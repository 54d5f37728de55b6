package dev.indelible.embedded;

import dev.indelible.event.Range;
import dev.indelible.event.StreamName;

/** The events of one stream, found by version: the range's versions and positions both lead to the first one. */
final class CandidatesOfStream implements Candidates {
    private final Index index;
    private final Term term;
    private final byte[] prefix;
    private final long low;
    private final long high;
    private final boolean backwards;
    private long version;
    private long lastVersion;
    private Page page = Page.EMPTY;
    private int at;

    CandidatesOfStream(Index index, StreamName stream, Range range, long low, long high) {
        this.index = index;
        this.term = new Term(Term.Kind.STREAM, stream.value());
        this.prefix = term.prefix();
        this.low = low;
        this.high = high;
        this.backwards = range.backwards();
        long first = low <= 1 ? 1 : index.versionAfter(term, prefix, low - 1);
        first = Math.max(first, range.fromVersion());
        lastVersion = range.toVersion();
        if (backwards) {
            lastVersion = Math.min(lastVersion, index.versionAfter(term, prefix, high) - 1);
            version = lastVersion + 1;
            lastVersion = first;
        } else {
            version = first - 1;
        }
    }

    @Override
    public boolean next() {
        version += backwards ? -1 : 1;
        if (backwards ? version < lastVersion : version > lastVersion) {
            return false;
        }
        at += backwards ? -1 : 1;
        if (at < 0 || at >= page.size()) {
            page = index.versions(term, prefix, version);
            at = (int) (version - page.firstVersion());
            if (at < 0 || at >= page.size()) {
                page = Page.EMPTY;
                lastVersion = backwards ? version + 1 : version - 1;
                return false;
            }
        }
        return position() >= low && position() <= high;
    }

    @Override
    public long position() {
        return page.position(at);
    }

    @Override
    public long address() {
        return page.address(at);
    }
}
