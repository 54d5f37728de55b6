package dev.indelible.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch._types.query_dsl.Query;
import co.elastic.clients.elasticsearch.core.search.Hit;
import co.elastic.clients.elasticsearch.indices.update_aliases.Action;
import co.elastic.clients.json.JsonData;
import dev.indelible.projection.Namespace;
import dev.indelible.projection.ProjectionTarget.Comparison;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The indices of read models, one for each version, and the alias that readers use. */
final class Indices {
    private static final int SAMPLES_MAX = 10_000;
    private static final String META = "indelible";
    private static final Query NOT_DELETED = Query.of(q -> q.bool(b ->
            b.mustNot(n -> n.term(t -> t.field(ElasticsearchModel.DELETED).value(true)))));

    private final ElasticsearchClient client;

    Indices(ElasticsearchClient client) {
        this.client = client;
    }

    /** Makes the index; if a process that was killed has begun to, goes on with that. */
    void create(Namespace namespace, Optional<String> mapping) {
        String index = namespace.toString();
        try {
            Calls.run(() -> client.indices()
                    .create(c -> c.index(index).mappings(m -> {
                        if (mapping.isPresent()) {
                            m.withJson(new StringReader(mapping.get()));
                        }
                        return m.meta(META, JsonData.of(index))
                                .properties(ElasticsearchModel.DELETED, p -> p.boolean_(b -> b));
                    })));
        } catch (ElasticsearchException e) {
            if (!String.valueOf(e.error().type()).equals("resource_already_exists_exception")) {
                throw e;
            }
            requireOwn(index);
        }
        requireNoIndex(namespace.projection());
    }

    private void requireOwn(String index) {
        JsonData meta = Objects.requireNonNull(Calls.run(() -> client.indices().getMapping(g -> g.index(index)))
                        .get(index))
                .mappings()
                .meta()
                .get(META);
        if (meta == null) {
            throw new IllegalStateException("index " + index
                    + ": exists already and is not this projection's (expected: none; delete it, or rename the"
                    + " projection)");
        }
    }

    /** What readers use must be free for an alias. */
    private void requireNoIndex(String projection) {
        boolean isAlias = Calls.run(() -> client.indices().existsAlias(a -> a.name(projection)))
                .value();
        if (!isAlias
                && Calls.run(() -> client.indices().exists(e -> e.index(projection)))
                        .value()) {
            throw new IllegalStateException("index " + projection + ": exists already, and readers are to use that"
                    + " name (expected: none; delete it, or rename the projection)");
        }
    }

    /** Has readers see this version, with all that it has, from one moment on. */
    void publish(Namespace namespace) {
        String alias = namespace.projection();
        Calls.run(() -> client.indices().refresh(r -> r.index(namespace.toString())));
        List<Action> actions = new ArrayList<>();
        for (String holder : holders(alias)) {
            if (!holder.equals(namespace.toString())) {
                actions.add(Action.of(
                        a -> a.remove(r -> r.index(holder).alias(alias).mustExist(true))));
            }
        }
        actions.add(Action.of(
                a -> a.add(d -> d.index(namespace.toString()).alias(alias).filter(NOT_DELETED))));
        Calls.run(() -> client.indices().updateAliases(u -> u.actions(actions)));
    }

    private Set<String> holders(String alias) {
        try {
            return Calls.run(() -> client.indices().getAlias(g -> g.name(alias)))
                    .aliases()
                    .keySet();
        } catch (ElasticsearchException e) {
            if (e.status() == Calls.NOT_FOUND) {
                return Set.of();
            }
            throw e;
        }
    }

    void drop(Namespace namespace) {
        Calls.run(
                () -> client.indices().delete(d -> d.index(namespace.toString()).ignoreUnavailable(true)));
    }

    Comparison compare(Namespace one, Namespace other, int samples) {
        List<String> differences = new ArrayList<>();
        for (Hit<?> hit : sample(one, Math.min(samples, SAMPLES_MAX))) {
            Object there = Calls.run(
                            () -> client.get(g -> g.index(other.toString()).id(hit.id()), Map.class))
                    .source();
            if (!Objects.equals(there, hit.source())) {
                differences.add("document " + hit.id() + " differs");
            }
        }
        return new Comparison(count(one), count(other), differences);
    }

    @SuppressWarnings("rawtypes") // The client's documents are of the class that it is given.
    private List<Hit<Map>> sample(Namespace namespace, int samples) {
        Calls.run(() -> client.indices().refresh(r -> r.index(namespace.toString())));
        return Calls.run(() -> client.search(
                        s -> s.index(namespace.toString())
                                .size(samples)
                                .query(q -> q.functionScore(
                                        f -> f.query(NOT_DELETED).functions(n -> n.randomScore(r -> r)))),
                        Map.class))
                .hits()
                .hits();
    }

    private long count(Namespace namespace) {
        Calls.run(() -> client.indices().refresh(r -> r.index(namespace.toString())));
        return Calls.run(() -> client.count(c -> c.index(namespace.toString()).query(NOT_DELETED)))
                .count();
    }
}
