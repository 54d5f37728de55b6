package dev.indelible.embedded;

/** Every event with a position from {@code low} to {@code high}, by walking the log itself. */
final class CandidatesInLog implements Candidates {
    private final Index index;
    private final LogReader reader;
    private final long low;
    private final long high;
    private final boolean backwards;
    private long position;
    private Page page = Page.EMPTY;
    private boolean started;

    CandidatesInLog(Index index, LogReader reader, long low, long high, boolean backwards) {
        this.index = index;
        this.reader = reader;
        this.low = low;
        this.high = high;
        this.backwards = backwards;
        this.position = backwards ? high + 1 : low - 1;
    }

    @Override
    public boolean next() {
        position += backwards ? -1 : 1;
        if (position < low || position > high) {
            return false;
        }
        if (backwards) {
            if (page.size() == 0 || position < page.position(0)) {
                page = framesUpTo(position);
            }
        } else if (!started) {
            walkTo(position);
        } else if (position > reader.lastPosition()) {
            reader.toNextFrame();
        }
        started = true;
        return true;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public long address() {
        return backwards ? page.address(page.lastAtMost(position)) : reader.address();
    }

    /** Moves to the frame that holds the position, from a noted one at or not far before it. */
    private void walkTo(long wanted) {
        reader.at(index.frameNear(wanted));
        while (reader.lastPosition() < wanted) {
            reader.toNextFrame();
        }
    }

    /** The frames, by their first position, from a noted one up to that which holds the position. */
    private Page framesUpTo(long wanted) {
        Page frames = new Page(IndexBatch.POSITIONS_NOTED_EVERY, 0);
        reader.at(index.frameNear(Math.max(1, wanted - IndexBatch.POSITIONS_NOTED_EVERY)));
        frames.add(reader.firstPosition(), reader.address());
        while (reader.lastPosition() < wanted) {
            reader.toNextFrame();
            frames.add(reader.firstPosition(), reader.address());
        }
        return frames;
    }
}
