package dev.indelible.redis;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Position;
import dev.indelible.projection.Change;
import dev.indelible.projection.Change.Effect;
import dev.indelible.projection.Namespace;
import dev.indelible.projection.Note;
import dev.indelible.projection.ProjectionTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Read models in Redis. A change is one script: it compares the note, runs the commands, and writes the notes. All keys
 * of a projection are in one slot of a cluster, by {@code {name}} in them. Notes lie beside the read model: if Redis
 * loses its data, it loses both, and the projection begins anew.
 *
 * <p>Redis takes nothing back. If a command fails after others of its step, because its key holds something of another
 * kind, that version of the read model is damaged; that is kept with it, and it goes no further: rebuild it.
 */
public final class RedisTarget implements ProjectionTarget<RedisWrites> {
    private static final String DAMAGED = "DAMAGED ";
    private static final String REFUSED = "REFUSED ";
    private static final String DROPPED_AT_ONCE = "500";

    private final UnifiedJedis redis;

    private RedisTarget(UnifiedJedis redis) {
        this.redis = redis;
    }

    /** Read models in that Redis, alone or a cluster; the client stays the caller's. */
    public static RedisTarget on(UnifiedJedis redis) {
        return new RedisTarget(redis);
    }

    /** The key of that name in the version of the read model that is read now; empty before there is one. */
    public static Optional<String> key(UnifiedJedis redis, String projection, String name) {
        String published = redis.hget(base(projection) + ":versions", "published");
        return Optional.ofNullable(published)
                .map(version -> key(new Namespace(projection, Integer.parseInt(version)), name));
    }

    static String key(Namespace namespace, String name) {
        return prefix(namespace) + name;
    }

    static String prefix(Namespace namespace) {
        return "{" + namespace.projection() + "}:" + namespace.version() + ":";
    }

    private static String base(String projection) {
        return "indelible:{" + projection + "}";
    }

    private static List<String> keys(Namespace namespace) {
        String base = base(namespace.projection());
        return List.of(
                base + ":notes", base + ":note_keys", base + ":model_keys:" + namespace.version(), base + ":versions");
    }

    @Override
    public Optional<Note> note(String projection, String key) {
        Object value = run(() -> redis.hget(base(projection) + ":notes", key));
        return Optional.ofNullable(value).map(text -> parsed(key, String.valueOf(text)));
    }

    @Override
    public List<Note> notes(String projection, String prefix, String after) {
        List<String> keys = keys(new Namespace(projection, 1));
        Object answer = run(() -> redis.eval(Scripts.LIST, keys, List.of(prefix, after, Integer.toString(NOTES_MAX))));
        List<?> found = (List<?>) answer;
        List<Note> notes = new ArrayList<>();
        for (int i = 0; i < found.size(); i += 2) {
            notes.add(parsed(String.valueOf(found.get(i)), String.valueOf(found.get(i + 1))));
        }
        return notes;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the first command was refused; nothing was done
     * @throws Corrupted if a later one was
     */
    @Override
    public boolean change(Change change, Work<RedisWrites> work) throws Exception {
        RedisWrites writes = new RedisWrites(change.namespace());
        if (change.effect() == Effect.WORK || change.effect() == Effect.CREATE) {
            work.on(writes);
        }
        List<String> arguments = new ArrayList<>();
        arguments.add(change.from().key());
        arguments.add(Long.toString(change.from().revision()));
        arguments.add(text(change.to()));
        arguments.add(change.effect().name());
        arguments.add(Integer.toString(change.namespace().version()));
        arguments.add(Integer.toString(change.also().size()));
        for (Note note : change.also()) {
            arguments.add(note.key());
            arguments.add(text(note));
        }
        arguments.add(Integer.toString(change.gone().size()));
        arguments.addAll(change.gone());
        arguments.addAll(writes.encoded());
        boolean isDone =
                Long.valueOf(1).equals(run(() -> redis.eval(Scripts.CHANGE, keys(change.namespace()), arguments)));
        if (isDone && change.effect() == Effect.DROP) {
            drop(change.namespace());
        }
        return isDone;
    }

    /** Portion by portion, so that others get their turn. What a kill leaves is read by nobody. */
    private void drop(Namespace namespace) {
        List<String> arguments = List.of(Integer.toString(namespace.version()), DROPPED_AT_ONCE);
        while (!Long.valueOf(0).equals(run(() -> redis.eval(Scripts.DROP, keys(namespace), arguments)))) {
            // Until none is left.
        }
    }

    private static String text(Note note) {
        return note.revision() + " " + note.position() + " " + note.text();
    }

    private static Note parsed(String key, String text) {
        int first = text.indexOf(' ');
        int second = text.indexOf(' ', first + 1);
        return new Note(
                key,
                Long.parseLong(text.substring(0, first)),
                Position.of(Long.parseLong(text.substring(first + 1, second))),
                text.substring(second + 1));
    }

    private static <R> R run(Supplier<R> command) {
        try {
            return command.get();
        } catch (JedisDataException e) {
            String message = String.valueOf(e.getMessage());
            if (message.startsWith(DAMAGED)) {
                throw new Corrupted(
                        "read model in Redis: " + message.substring(DAMAGED.length())
                                + " (other commands of that step stay; remedy: rebuild)",
                        e);
            } else if (message.startsWith(REFUSED)) {
                throw new IllegalArgumentException("Redis: " + message.substring(REFUSED.length()), e);
            }
            throw new Unavailable("Redis: " + message, e);
        } catch (JedisException e) {
            throw new Unavailable("Redis: " + e.getMessage(), e);
        }
    }
}
