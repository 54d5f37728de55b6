package dev.indelible.redis;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Position;
import dev.indelible.projection.ProjectionTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Read models in Redis. A step is one script: it compares how far the projection is, runs the commands, and moves the
 * projection. How far it is stands in the hash {@code indelible:{name}}, beside the read model: if Redis loses its
 * data, it
 * loses both, and the projection begins anew.
 *
 * <p>Redis takes nothing back. If a command fails after others of its step, because its key holds something of another
 * kind, the read model is damaged; that is kept with it, and the projection goes on only when model and hash are
 * deleted.
 */
public final class RedisTarget implements ProjectionTarget<RedisWrites> {
    private static final String DAMAGED = "DAMAGED ";

    private static final String BEGIN = """
            if redis.call('EXISTS', KEYS[1]) == 0 then
              redis.call('HSET', KEYS[1], 'position', '0', 'replay_until', ARGV[1])
            end
            local progress = redis.call('HMGET', KEYS[1], 'position', 'replay_until', 'damage')
            if progress[3] then
              return redis.error_reply('DAMAGED ' .. progress[3])
            end
            return {progress[1], progress[2]}
            """;

    private static final String ADVANCE = """
            local progress = redis.call('HMGET', KEYS[1], 'position', 'damage')
            if progress[2] then
              return redis.error_reply('DAMAGED ' .. progress[2])
            end
            if progress[1] ~= ARGV[1] then
              return 0
            end
            local i = 3
            while i <= #ARGV do
              local last = i + tonumber(ARGV[i])
              local answer = redis.pcall(unpack(ARGV, i + 1, last))
              if type(answer) == 'table' and answer['err'] then
                if i == 3 then
                  return redis.error_reply('REFUSED ' .. ARGV[4] .. ': ' .. answer['err'])
                end
                local damage = ARGV[i + 1] .. ': ' .. answer['err']
                redis.call('HSET', KEYS[1], 'damage', damage)
                return redis.error_reply('DAMAGED ' .. damage)
              end
              i = last + 1
            end
            redis.call('HSET', KEYS[1], 'position', ARGV[2])
            return 1
            """;

    private static final String REFUSED = "REFUSED ";

    private final UnifiedJedis redis;

    private RedisTarget(UnifiedJedis redis) {
        this.redis = redis;
    }

    /** Read models in that Redis, alone or a cluster; the client stays the caller's. */
    public static RedisTarget on(UnifiedJedis redis) {
        return new RedisTarget(redis);
    }

    /** The hash that says how far the projection is; delete it together with the read model. */
    public static String key(String projection) {
        return "indelible:{" + projection + "}";
    }

    @Override
    public Progress begin(String projection, Position head) {
        Object answer = run(() -> redis.eval(BEGIN, List.of(key(projection)), List.of(head.toString())));
        List<?> progress = (List<?>) answer;
        return new Progress(position(progress.get(0)), position(progress.get(1)));
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the first command was refused; nothing was done
     * @throws Corrupted if a later one was
     */
    @Override
    public boolean advance(String projection, Position from, Position to, Work<RedisWrites> work) throws Exception {
        RedisWrites writes = new RedisWrites();
        work.on(writes);
        List<String> arguments = new ArrayList<>();
        arguments.add(from.toString());
        arguments.add(to.toString());
        arguments.addAll(writes.encoded());
        return Long.valueOf(1).equals(run(() -> redis.eval(ADVANCE, List.of(key(projection)), arguments)));
    }

    private static Position position(Object text) {
        return Position.of(Long.parseLong(String.valueOf(text)));
    }

    private static Object run(Supplier<Object> script) {
        try {
            return script.get();
        } catch (JedisDataException e) {
            String message = String.valueOf(e.getMessage());
            if (message.startsWith(DAMAGED)) {
                throw new Corrupted(
                        "read model in Redis: " + message.substring(DAMAGED.length())
                                + " (other commands of that step stay; remedy: delete the model and its hash)",
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
