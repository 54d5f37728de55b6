package dev.indelible.dynamodb;

import dev.indelible.dynamodb.Head.Turn;
import dev.indelible.dynamodb.Keys.Chain;
import dev.indelible.event.Append;
import dev.indelible.event.Guard;
import dev.indelible.event.NewEvent;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who is always late for a stream or a tag, since another process knows its end before everybody else, asks for a turn:
 * a mark in the head, which every commit has as a condition and so learns of without a call. The others leave what is
 * marked alone until the one whose turn it is has committed, or has had time enough. Nothing but time depends on it.
 * For one thread.
 */
final class Turns {
    /** Who was late so often in a row asks for a turn. */
    private static final int LOSSES = 2;

    private static final int REMEMBERED_MAX = 1_000;

    /** A turn is as long as so many commits: a decision reads first, and this leaves it time to think. */
    private static final int COMMITS = 10;

    private static final long NANOS_MIN = 50_000_000;
    private static final long NANOS_MAX = 500_000_000;

    private final String own = UUID.randomUUID().toString();
    private final Map<Chain, Loss> losses = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Chain, Loss> eldest) {
            return size() > REMEMBERED_MAX;
        }
    };

    private int asked;
    private @Nullable Turn seen;
    private long seenNanos;

    /** So many commits of others in a row came before one of this process, the last of them at that position. */
    private record Loss(int count, long position) {}

    /** What this process marks the head with. */
    Turn ask(Chain chain) {
        losses.remove(chain);
        return new Turn(own + "/" + ++asked, chain);
    }

    boolean isOwn(Turn turn) {
        return turn.token().startsWith(own);
    }

    /** Another's turn that is not over; commits take so long at present. */
    @Nullable
    Turn ofAnother(Head head, long commitNanos) {
        Turn turn = head.turn();
        long now = System.nanoTime();
        if (!Objects.equals(turn, seen)) {
            seen = turn;
            seenNanos = now;
        }
        long length = Math.clamp(COMMITS * commitNanos, NANOS_MIN, NANOS_MAX);
        return turn == null || isOwn(turn) || now - seenNanos > length ? null : turn;
    }

    /** The turn that is left when the plan is recorded: another's, or one of this process that it is not about. */
    @Nullable
    Turn leftBy(Plan plan, @Nullable Turn another) {
        Turn turn = plan.head().turn();
        boolean isLeft = turn != null && (isOwn(turn) ? !plan.ends().containsKey(turn.chain()) : turn.equals(another));
        return isLeft ? turn : null;
    }

    /** A commit of another came before: at the chain, by which the store got as far as that. Returns whether to ask. */
    boolean isLate(Chain chain, long position) {
        Loss before = losses.getOrDefault(chain, new Loss(0, 0));
        if (before.position() != position) {
            losses.put(chain, new Loss(before.count() + 1, position));
        }
        return losses.getOrDefault(chain, before).count() >= LOSSES;
    }

    void won(Collection<Chain> chains) {
        if (!losses.isEmpty()) {
            losses.keySet().removeAll(chains);
        }
    }

    /** All that an append adds to or depends on, as far as it can be named. */
    static Set<Chain> chainsOf(Append append) {
        Set<Chain> all = new HashSet<>(contestedBy(append));
        append.events().map(NewEvent::tags).forEach(tags -> tags.forEach(tag -> all.add(Chain.of(tag))));
        return all;
    }

    /** What can make an append come too late. */
    static Set<Chain> contestedBy(Append append) {
        Set<Chain> all = new HashSet<>();
        append.parts().forEach(part -> all.add(Chain.of(part.stream())));
        for (Guard guard : append.guards()) {
            all.addAll(Reader.chainsOf(guard.query()));
        }
        return all;
    }
}
