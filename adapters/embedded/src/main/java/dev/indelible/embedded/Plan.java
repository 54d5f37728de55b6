package dev.indelible.embedded;

import dev.indelible.event.EventQuery;
import dev.indelible.event.Range;
import dev.indelible.event.StreamName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * Chooses where to look for what a query asks: of each alternative the narrowest that the index knows, which is the
 * stream, else all of the tags, else the types, else the category, else the whole log. What is found there is checked
 * by {@link EventQuery#matches}, so a plan may find too much, never too little.
 */
final class Plan {
    private final Index index;
    private final Range range;
    private final long low;
    private final long high;

    private Plan(Index index, Range range, long head) {
        this.index = index;
        this.range = range;
        this.low = range.after().value() + 1;
        this.high = Math.min(head, range.before().value() - 1);
    }

    /** Where to look, among the events up to the head. */
    static Candidates of(EventQuery query, Range range, Index index, LogReader reader, long head) {
        Plan plan = new Plan(index, range, head);
        if (plan.low > plan.high || plan.low < 1) {
            return plan.any(List.of());
        }
        if (query.items().stream().anyMatch(EventQuery.Item::isAll)) {
            return new CandidatesInLog(index, reader, plan.low, plan.high, range.backwards());
        }
        return plan.any(query.items().stream().map(plan::of).toList());
    }

    private Candidates of(EventQuery.Item item) {
        StreamName stream = item.stream();
        String category = item.category();
        if (stream != null) {
            return new CandidatesOfStream(index, stream, range, low, high);
        } else if (!item.tags().isEmpty()) {
            List<Candidates> all = byTerms(
                    Term.Kind.TAG, item.tags().stream().map(tag -> tag.text()).toList());
            return all.size() == 1 ? all.get(0) : new CandidatesOfAll(all, range.backwards());
        } else if (!item.types().isEmpty()) {
            return any(byTerms(Term.Kind.TYPE, item.types()));
        }
        return byTerms(Term.Kind.CATEGORY, List.of(Objects.requireNonNull(category)))
                .get(0);
    }

    private List<Candidates> byTerms(Term.Kind kind, Collection<String> names) {
        List<Candidates> all = new ArrayList<>();
        for (String name : names) {
            all.add(new CandidatesByTerm(index, new Term(kind, name), low, high, range.backwards()));
        }
        return all;
    }

    private Candidates any(List<Candidates> parts) {
        return parts.size() == 1 ? parts.get(0) : new CandidatesOfAny(parts, range.backwards());
    }
}
