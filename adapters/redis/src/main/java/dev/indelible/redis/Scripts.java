package dev.indelible.redis;

/**
 * What is run in Redis, each as one step. {@code KEYS}: the hash of notes, the sorted set of their keys, the set of the
 * keys of a version's read model, and the hash of the versions that are published or damaged.
 */
final class Scripts {
    /** Arguments: prefix, the key after which to begin, how many. */
    static final String LIST = """
            local from = '[' .. ARGV[1]
            if ARGV[2] >= ARGV[1] then
              from = '(' .. ARGV[2]
            end
            local found = redis.call('ZRANGEBYLEX', KEYS[2], from, '[' .. ARGV[1] .. '\\127', 'LIMIT', 0, ARGV[3])
            local answer = {}
            for i, key in ipairs(found) do
              answer[2 * i - 1] = key
              answer[2 * i] = redis.call('HGET', KEYS[1], key)
            end
            return answer
            """;

    /**
     * Arguments: key, revision, the note as it becomes, effect, version, how many notes to write, of each key and note,
     * how many to delete, their keys, then the commands: of each how many words, and the words.
     */
    static final String CHANGE = """
            local there = redis.call('HGET', KEYS[1], ARGV[1])
            local revision = there and string.match(there, '^%d+') or '0'
            if revision ~= ARGV[2] then
              return 0
            end
            local effect, version = ARGV[4], ARGV[5]
            local damage = redis.call('HGET', KEYS[4], 'damage:' .. version)
            if damage and effect == 'WORK' then
              return redis.error_reply('DAMAGED ' .. damage)
            end
            local notes = tonumber(ARGV[6])
            local gone = 7 + 2 * notes
            local first = gone + 1 + tonumber(ARGV[gone])
            local i = first
            while i <= #ARGV do
              local last = i + tonumber(ARGV[i])
              local answer = redis.pcall(unpack(ARGV, i + 1, last))
              if type(answer) == 'table' and answer['err'] then
                if i == first then
                  return redis.error_reply('REFUSED ' .. ARGV[i + 1] .. ': ' .. answer['err'])
                end
                damage = ARGV[i + 1] .. ': ' .. answer['err']
                redis.call('HSET', KEYS[4], 'damage:' .. version, damage)
                return redis.error_reply('DAMAGED ' .. damage)
              end
              redis.call('SADD', KEYS[3], ARGV[i + 2])
              i = last + 1
            end
            local function write(key, note)
              redis.call('HSET', KEYS[1], key, note)
              redis.call('ZADD', KEYS[2], 0, key)
            end
            for n = 1, notes do
              write(ARGV[5 + 2 * n], ARGV[6 + 2 * n])
            end
            write(ARGV[1], ARGV[3])
            for n = gone + 1, first - 1 do
              redis.call('HDEL', KEYS[1], ARGV[n])
              redis.call('ZREM', KEYS[2], ARGV[n])
            end
            if effect == 'PUBLISH' then
              redis.call('HSET', KEYS[4], 'published', version)
            end
            return 1
            """;

    /** Arguments: version, how many keys at once. The answer is how many keys are left. */
    static final String DROP = """
            for _, key in ipairs(redis.call('SPOP', KEYS[3], ARGV[2])) do
              redis.call('UNLINK', key)
            end
            redis.call('HDEL', KEYS[4], 'damage:' .. ARGV[1])
            return redis.call('SCARD', KEYS[3])
            """;

    private Scripts() {}
}
