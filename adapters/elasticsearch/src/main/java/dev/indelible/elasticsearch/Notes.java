package dev.indelible.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch._types.OpType;
import co.elastic.clients.elasticsearch._types.SortOrder;
import co.elastic.clients.elasticsearch.core.BulkResponse;
import co.elastic.clients.elasticsearch.core.GetResponse;
import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;
import co.elastic.clients.elasticsearch.core.search.Hit;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Position;
import dev.indelible.projection.Note;
import dev.indelible.projection.ProjectionTarget;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The notes of projections, each a document of the index {@code indelible-notes}, written by compare-and-set. */
final class Notes {
    private static final String INDEX = "indelible-notes";
    private static final String DEFINITION = """
            {"settings":{"index":{"hidden":true,"number_of_shards":1,"auto_expand_replicas":"0-1"}},
             "mappings":{"dynamic":"strict","properties":{
               "projection":{"type":"keyword"},"key":{"type":"keyword"},"revision":{"type":"long"},
               "position":{"type":"long"},"text":{"type":"keyword","index":false,"doc_values":false}}}}
            """;

    private final ElasticsearchClient client;

    Notes(ElasticsearchClient client) {
        this.client = client;
    }

    /** A note and the place of its document in the index's history. */
    record Placed(Note note, long sequence, long term) {}

    void prepare() {
        try {
            Calls.run(() -> client.indices().create(i -> i.index(INDEX).withJson(new StringReader(DEFINITION))));
        } catch (ElasticsearchException e) {
            if (!String.valueOf(e.error().type()).equals("resource_already_exists_exception")) {
                throw Calls.unavailable(e);
            }
        }
    }

    private static String id(String projection, String key) {
        return projection + "/" + key;
    }

    /** Read in real time. */
    @SuppressWarnings("rawtypes") // The client's documents are of the class that it is given.
    Optional<Placed> find(String projection, String key) {
        GetResponse<Map> found = Calls.run(() -> client.get(g -> g.index(INDEX).id(id(projection, key)), Map.class));
        if (!found.found()) {
            return Optional.empty();
        }
        Note note = note(Objects.requireNonNull(found.source()));
        return Optional.of(
                new Placed(note, Objects.requireNonNull(found.seqNo()), Objects.requireNonNull(found.primaryTerm())));
    }

    @SuppressWarnings("rawtypes") // as above
    List<Note> list(String projection, String prefix, String after) {
        Calls.run(() -> client.indices().refresh(r -> r.index(INDEX)));
        List<Hit<Map>> hits = Calls.run(() -> client.search(
                        s -> s.index(INDEX)
                                .size(ProjectionTarget.NOTES_MAX)
                                .sort(o -> o.field(f -> f.field("key").order(SortOrder.Asc)))
                                .query(q -> q.bool(b -> b.filter(f -> f.term(
                                                t -> t.field("projection").value(projection)))
                                        .filter(f ->
                                                f.prefix(p -> p.field("key").value(prefix)))
                                        .filter(f -> f.range(
                                                r -> r.term(t -> t.field("key").gt(after)))))),
                        Map.class))
                .hits()
                .hits();
        List<Note> notes = new ArrayList<>();
        hits.forEach(hit -> notes.add(note(Objects.requireNonNull(hit.source()))));
        return notes;
    }

    /** False if the note is no longer where it was found. */
    boolean replace(String projection, Optional<Placed> found, Note to) {
        try {
            Calls.run(() -> client.index(i -> {
                i.index(INDEX).id(id(projection, to.key())).document(document(projection, to));
                return found.isPresent()
                        ? i.ifSeqNo(found.get().sequence())
                                .ifPrimaryTerm(found.get().term())
                        : i.opType(OpType.Create);
            }));
            return true;
        } catch (ElasticsearchException e) {
            if (e.status() == Calls.CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    void write(String projection, List<Note> notes) {
        List<BulkOperation> operations = new ArrayList<>();
        for (Note note : notes) {
            operations.add(BulkOperation.of(o ->
                    o.index(i -> i.index(INDEX).id(id(projection, note.key())).document(document(projection, note)))));
        }
        bulk(operations);
    }

    void delete(String projection, List<String> keys) {
        List<BulkOperation> operations = new ArrayList<>();
        for (String key : keys) {
            operations.add(BulkOperation.of(o -> o.delete(d -> d.index(INDEX).id(id(projection, key)))));
        }
        bulk(operations);
    }

    private void bulk(List<BulkOperation> operations) {
        if (operations.isEmpty()) {
            return;
        }
        BulkResponse response = Calls.run(() -> client.bulk(b -> b.operations(operations)));
        response.items().forEach(item -> {
            if (item.error() != null) {
                throw new Unavailable(
                        "Elasticsearch: note " + item.id() + ": " + item.error().reason(), null);
            }
        });
    }

    private static Map<String, Object> document(String projection, Note note) {
        Map<String, Object> document = new HashMap<>();
        document.put("projection", projection);
        document.put("key", note.key());
        document.put("revision", note.revision());
        document.put("position", note.position().value());
        document.put("text", note.text());
        return document;
    }

    private static Note note(Map<?, ?> document) {
        return new Note(
                String.valueOf(document.get("key")),
                number(document, "revision"),
                Position.of(number(document, "position")),
                String.valueOf(document.get("text")));
    }

    private static long number(Map<?, ?> document, String field) {
        return ((Number) Objects.requireNonNull(document.get(field))).longValue();
    }
}
