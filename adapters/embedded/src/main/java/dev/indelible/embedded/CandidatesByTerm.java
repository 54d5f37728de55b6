package dev.indelible.embedded;

/** The events of a category, type or tag with positions from {@code low} to {@code high}. */
final class CandidatesByTerm implements Candidates {
    private final Index index;
    private final Term term;
    private final byte[] prefix;
    private final long low;
    private final long high;
    private final boolean backwards;
    private Page page = Page.EMPTY;
    private int at;
    private long from;

    CandidatesByTerm(Index index, Term term, long low, long high, boolean backwards) {
        this.index = index;
        this.term = term;
        this.prefix = term.prefix();
        this.low = low;
        this.high = high;
        this.backwards = backwards;
        this.from = backwards ? high : low;
    }

    @Override
    public boolean next() {
        at += backwards ? -1 : 1;
        return (at >= 0 && at < page.size()) ? isInside() : turnTo(from);
    }

    @Override
    public boolean seek(long position, boolean ignored) {
        boolean reached = backwards ? position() <= position : position() >= position;
        if (reached) {
            return true;
        }
        at = backwards ? page.lastAtMost(position) : page.firstAtLeast(position);
        return (at >= 0 && at < page.size()) ? isInside() : turnTo(position);
    }

    @Override
    public long position() {
        return page.position(at);
    }

    @Override
    public long address() {
        return page.address(at);
    }

    private boolean turnTo(long position) {
        if (position < low || position > high) {
            return false;
        }
        page = index.page(term, prefix, position, backwards);
        at = backwards ? page.lastAtMost(position) : page.firstAtLeast(position);
        if (at < 0 || at >= page.size()) {
            page = Page.EMPTY;
            from = backwards ? low - 1 : high + 1;
            return false;
        }
        from = backwards ? page.position(0) - 1 : page.position(page.size() - 1) + 1;
        return isInside();
    }

    private boolean isInside() {
        long position = page.position(at);
        return position >= low && position <= high;
    }
}
