package dev.indelible.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.ErrorCause;
import co.elastic.clients.elasticsearch._types.VersionType;
import co.elastic.clients.elasticsearch.core.BulkResponse;
import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;
import co.elastic.clients.elasticsearch.core.bulk.BulkResponseItem;
import co.elastic.clients.elasticsearch.core.get.GetResult;
import co.elastic.clients.elasticsearch.core.mget.MultiGetResponseItem;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Position;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The documents of one version of a read model, for the work of one step. Writes are sent together when the work is
 * done. A document's version in Elasticsearch is the position of the event that last changed it, so what was done
 * before is not done again; give each write the position of its event ({@code delivery.position()}). For one thread,
 * while it works.
 *
 * <p>If the projection has several parts, or parks events, a document must be written by events of one key only: an
 * event that comes later and has a lower position than the document would be taken for one that was taken in before.
 */
public final class ElasticsearchModel {
    /** The field of documents that stand for deleted ones; the alias that readers use hides them. */
    static final String DELETED = "indelible_deleted";

    private static final int BULK_MAX = 1_000;

    private final ElasticsearchClient client;
    private final String index;
    private final Map<String, Known> known = new HashMap<>();
    private final Map<String, Write> writes = new LinkedHashMap<>();
    private @Nullable String mapping;

    /** What the index has: which event last changed a document, and what it is; null if it is not there. */
    private record Known(long version, @Nullable Map<String, Object> document) {}

    private record Write(long version, @Nullable Map<String, Object> document) {}

    ElasticsearchModel(ElasticsearchClient client, String index) {
        this.client = client;
        this.index = index;
    }

    /** The index' mapping as JSON ({@code {"properties":{…}}}), in {@code create} only; without one it is dynamic. */
    public void mapping(String json) {
        mapping = json;
    }

    Optional<String> mapping() {
        return Optional.ofNullable(mapping);
    }

    /** Writes a document as a whole. */
    public void put(String id, Position at, Map<String, ?> document) {
        write(id, at, new HashMap<>(document));
    }

    /** Deletes a document, if it is there. */
    public void delete(String id, Position at) {
        write(id, at, null);
    }

    /**
     * Changes a document: the operator is given what it holds, nothing if it is not there, and answers what it is to
     * hold. It is passed over if the event was taken in before. What a step has not {@linkplain #load loaded} is read
     * one by one.
     */
    public void update(String id, Position at, UnaryOperator<Map<String, Object>> change) {
        load(List.of(id));
        Known there = Objects.requireNonNull(known.get(id));
        if (there.version() >= at.value()) {
            return;
        }
        Write before = writes.get(id);
        Map<String, Object> document = before == null ? there.document() : before.document();
        write(id, at, change.apply(document == null ? new HashMap<>() : new HashMap<>(document)));
    }

    /** Reads documents that will be updated, in one call. */
    @SuppressWarnings({"rawtypes", "unchecked"}) // The client's documents are of the class that it is given.
    public void load(Collection<String> ids) {
        List<String> missing =
                ids.stream().filter(id -> !known.containsKey(id)).distinct().toList();
        if (missing.isEmpty()) {
            return;
        }
        List<MultiGetResponseItem<Map>> found = Calls.run(
                        () -> client.mget(m -> m.index(index).ids(missing), Map.class))
                .docs();
        for (MultiGetResponseItem<Map> item : found) {
            if (item.isFailure()) {
                throw new Unavailable(
                        "Elasticsearch: document " + item.failure().id() + ": "
                                + item.failure().error().reason(),
                        null);
            }
            GetResult<Map> result = item.result();
            Map<String, Object> document = result.source();
            long version = result.version() == null ? 0 : result.version();
            boolean isThere = result.found() && document != null && !document.containsKey(DELETED);
            known.put(result.id(), new Known(result.found() ? version : 0, isThere ? document : null));
        }
    }

    private void write(String id, Position at, @Nullable Map<String, Object> document) {
        Write before = writes.get(id);
        if (before != null && before.version() > at.value()) {
            throw new IllegalArgumentException("document " + id + ": position " + at + " after " + before.version()
                    + " (expected: events in their order)");
        }
        writes.put(id, new Write(at.value(), document));
    }

    /** Sends the writes. What the index has of the same event or a later one, stays. */
    void flush() {
        List<BulkOperation> operations = new ArrayList<>();
        writes.forEach((id, write) -> operations.add(BulkOperation.of(o -> o.index(i -> i.index(index)
                .id(id)
                .version(write.version())
                .versionType(VersionType.External)
                .document(write.document() == null ? Map.of(DELETED, true) : write.document())))));
        for (int from = 0; from < operations.size(); from += BULK_MAX) {
            List<BulkOperation> some = operations.subList(from, Math.min(operations.size(), from + BULK_MAX));
            BulkResponse response = Calls.run(() -> client.bulk(b -> b.operations(some)));
            response.items().forEach(ElasticsearchModel::check);
        }
    }

    private static void check(BulkResponseItem item) {
        ErrorCause error = item.error();
        if (error != null && item.status() != Calls.CONFLICT) {
            String message = "document " + item.id() + ": " + error.type() + ": " + error.reason()
                    + (error.causedBy() == null ? "" : " (" + error.causedBy().reason() + ")");
            if (Calls.isTheServers(item.status())) {
                throw new Unavailable("Elasticsearch: " + message, null);
            }
            throw new IllegalArgumentException("Elasticsearch: " + message);
        }
    }
}
