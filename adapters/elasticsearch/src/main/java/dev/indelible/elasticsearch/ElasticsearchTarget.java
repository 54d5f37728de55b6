package dev.indelible.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import dev.indelible.projection.Change;
import dev.indelible.projection.Change.Effect;
import dev.indelible.projection.Namespace;
import dev.indelible.projection.Note;
import dev.indelible.projection.ProjectionTarget;
import java.util.List;
import java.util.Optional;

/**
 * Read models in Elasticsearch: an index for each version, {@code order_search_v2}, and an alias of the projection's
 * name for readers. Elasticsearch changes one document at a time, so a step is several: the documents, each with the
 * position of its event as its version, in bulk; then the notes; then the checkpoint, by compare-and-set. After a kill
 * between any two, the same events come again and find that the documents have them.
 *
 * <p>A deleted document is kept as a small one that the alias hides, since Elasticsearch forgets the version of what is
 * really deleted after a minute, and a projector that slept longer would bring it back.
 *
 * <p>What was written is found after the next refresh of the index, by default within a second.
 */
public final class ElasticsearchTarget implements ProjectionTarget<ElasticsearchModel> {
    private final ElasticsearchClient client;
    private final Notes notes;
    private final Indices indices;

    private ElasticsearchTarget(ElasticsearchClient client) {
        this.client = client;
        this.notes = new Notes(client);
        this.indices = new Indices(client);
    }

    /**
     * Read models in that cluster; the client stays the caller's. Makes the index {@code indelible-notes} if it is not
     * there.
     *
     * @throws dev.indelible.EventStoreException.Unavailable if the cluster cannot be reached
     */
    public static ElasticsearchTarget on(ElasticsearchClient client) {
        ElasticsearchTarget target = new ElasticsearchTarget(client);
        target.notes.prepare();
        return target;
    }

    @Override
    public Optional<Note> note(String projection, String key) {
        return notes.find(projection, key).map(Notes.Placed::note);
    }

    @Override
    public List<Note> notes(String projection, String prefix, String after) {
        return notes.list(projection, prefix, after);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if Elasticsearch refuses a document, because of the mapping for example
     */
    @Override
    public boolean change(Change change, Work<ElasticsearchModel> work) throws Exception {
        Namespace namespace = change.namespace();
        String projection = namespace.projection();
        Optional<Notes.Placed> found = notes.find(projection, change.from().key());
        long revision = found.map(placed -> placed.note().revision()).orElse(0L);
        if (revision != change.from().revision()) {
            return false;
        }
        ElasticsearchModel model = new ElasticsearchModel(client, namespace.toString());
        switch (change.effect()) {
            case WORK -> work.on(model);
            case CREATE -> {
                work.on(model);
                indices.create(namespace, model.mapping());
            }
            case PUBLISH -> indices.publish(namespace);
            case NOTES, DROP -> {}
        }
        model.flush();
        notes.write(projection, change.also());
        if (!notes.replace(projection, found, change.to())) {
            return false;
        }
        notes.delete(projection, change.gone());
        if (change.effect() == Effect.DROP) {
            indices.drop(namespace); // Last: whoever loses the race for the note must not remove what another needs.
        }
        return true;
    }

    @Override
    public boolean compares() {
        return true;
    }

    @Override
    public Optional<Comparison> compare(Namespace one, Namespace other, int samples) {
        return Optional.of(indices.compare(one, other, samples));
    }
}
