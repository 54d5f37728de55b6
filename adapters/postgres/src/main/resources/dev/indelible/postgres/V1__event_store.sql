-- An event store in the schema ${schema}. Events are recorded by the functions append and append_batch alone: they keep
-- the one order. Whoever may execute them needs INSERT and SELECT on events and event_tags.

CREATE TABLE events (
  global_position BIGINT PRIMARY KEY,
  version         BIGINT NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL,
  id              UUID NOT NULL CONSTRAINT events_id UNIQUE,
  schema_version  INT NOT NULL,
  append_index    INT NOT NULL,
  stream_id       TEXT COLLATE "C" NOT NULL,
  stream_type     TEXT COLLATE "C" NOT NULL,
  event_type      TEXT COLLATE "C" NOT NULL,
  event_data      JSON,
  metadata        JSON,
  tags            TEXT[] COLLATE "C",
  event_bytes     BYTEA,
  metadata_bytes  BYTEA,
  CONSTRAINT events_stream UNIQUE (stream_id, version)
);
CREATE INDEX events_category ON events (stream_type, global_position);
CREATE INDEX events_type ON events (event_type, global_position);

COMMENT ON COLUMN events.append_index IS 'place in its append: 0, 1, 2 …';
COMMENT ON COLUMN events.event_data IS 'JSON as it was spelled; null if the data is binary';
COMMENT ON COLUMN events.event_bytes IS 'binary data';
COMMENT ON COLUMN events.metadata IS 'JSON as it was spelled; null if the metadata is binary';
COMMENT ON COLUMN events.metadata_bytes IS 'binary metadata';

CREATE TABLE event_tags (
  tag             TEXT COLLATE "C",
  global_position BIGINT,
  PRIMARY KEY (tag, global_position)
);

CREATE TABLE snapshots (
  stream_id       TEXT COLLATE "C" NOT NULL,
  stream_type     TEXT COLLATE "C" NOT NULL,
  decider_version INT NOT NULL,
  version         BIGINT NOT NULL,
  event_id        UUID NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  snapshot_data   JSON,
  snapshot_bytes  BYTEA,
  PRIMARY KEY (stream_id, decider_version)
);

CREATE TABLE subscription_checkpoints (
  subscription_id TEXT COLLATE "C" NOT NULL,
  note            TEXT COLLATE "C" NOT NULL,
  last_position   BIGINT NOT NULL,
  revision        BIGINT NOT NULL,
  details         TEXT NOT NULL,
  updated_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (subscription_id, note)
) WITH (fillfactor = 70);

CREATE FUNCTION refuse_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'events are never changed (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_tags
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What a stream's name begins with, up to the first '-'.
CREATE FUNCTION category_of(stream TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN strpos(stream, '-') > 1 THEN split_part(stream, '-', 1) ELSE stream END
$$;

-- Position of the last event, 0 if there is none.
CREATE FUNCTION head() RETURNS BIGINT LANGUAGE plpgsql STABLE
  SET search_path = "${schema}", pg_temp SET enable_seqscan = off AS $$
BEGIN
  RETURN coalesce((SELECT e.global_position FROM events e ORDER BY e.global_position DESC LIMIT 1), 0);
END $$;

-- The first version of the stream that was recorded after the position. Positions grow with versions: it looks at some
-- events from the end, ever farther apart, and then halves what is between.
CREATE FUNCTION first_version_after(stream TEXT, after BIGINT) RETURNS BIGINT LANGUAGE plpgsql STABLE
  SET search_path = "${schema}", pg_temp SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  found  BIGINT; -- recorded after the position, or one more than the last
  before BIGINT; -- not recorded after the position, or 0
  middle BIGINT;
  step   BIGINT := 1;
BEGIN
  found := coalesce((SELECT e.version FROM events e WHERE e.stream_id = stream ORDER BY e.version DESC LIMIT 1), 0) + 1;
  LOOP
    before := greatest(found - step, 0);
    EXIT WHEN before = 0
      OR (SELECT e.global_position FROM events e WHERE e.stream_id = stream AND e.version = before) <= after;
    found := before;
    step := 2 * step;
  END LOOP;
  WHILE found - before > 1 LOOP
    middle := (before + found) / 2;
    IF (SELECT e.global_position FROM events e WHERE e.stream_id = stream AND e.version = middle) <= after THEN
      before := middle;
    ELSE
      found := middle;
    END IF;
  END LOOP;
  RETURN found;
END $$;

-- Position of the last event after the given position that matches the query, 0 if there is none. A query is a list of
-- alternatives {"stream", "category", "types": […], "tags": […]}; an event must meet all that an alternative gives.
CREATE FUNCTION last_match(query JSONB, after BIGINT) RETURNS BIGINT LANGUAGE plpgsql STABLE
  SET search_path = "${schema}", pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off
  SET enable_mergejoin = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  item     JSONB;
  stream   TEXT;
  category TEXT;
  types    TEXT[];
  wanted   TEXT[];
  latest   BIGINT := after;
BEGIN
  FOR item IN SELECT * FROM jsonb_array_elements(query) LOOP
    stream := item ->> 'stream';
    category := item ->> 'category';
    types := nullif(ARRAY(SELECT jsonb_array_elements_text(item -> 'types')), '{}');
    wanted := nullif(ARRAY(SELECT jsonb_array_elements_text(item -> 'tags')), '{}');
    latest := greatest(latest, CASE
      WHEN wanted IS NOT NULL THEN (
        SELECT t.global_position FROM event_tags t JOIN events e ON e.global_position = t.global_position
        WHERE t.tag = wanted[1] AND t.global_position > latest AND e.tags @> wanted
          AND (stream IS NULL OR e.stream_id = stream) AND (category IS NULL OR e.stream_type = category)
          AND (types IS NULL OR e.event_type = ANY (types))
        ORDER BY t.global_position DESC LIMIT 1)
      WHEN stream IS NOT NULL THEN (
        SELECT e.global_position FROM events e
        WHERE e.stream_id = stream AND e.version >= first_version_after(stream, latest)
          AND (category IS NULL OR e.stream_type = category) AND (types IS NULL OR e.event_type = ANY (types))
        ORDER BY e.version DESC LIMIT 1)
      WHEN types IS NOT NULL THEN (
        SELECT max(found.global_position) FROM unnest(types) AS wanted_type, LATERAL (
          SELECT e.global_position FROM events e
          WHERE e.event_type = wanted_type AND e.global_position > latest
            AND (category IS NULL OR e.stream_type = category)
          ORDER BY e.global_position DESC LIMIT 1) AS found)
      WHEN category IS NOT NULL THEN (
        SELECT e.global_position FROM events e
        WHERE e.stream_type = category AND e.global_position > latest ORDER BY e.global_position DESC LIMIT 1)
      ELSE (SELECT e.global_position FROM events e ORDER BY e.global_position DESC LIMIT 1)
    END);
  END LOOP;
  RETURN CASE WHEN latest > after THEN latest ELSE 0 END;
END $$;

-- Records several appends in one transaction, each whole or not at all, whatever becomes of its neighbours.
--
-- The order of all events is that of a lock, taken as a statement of its own before anything is looked at, and held
-- until the transaction has become visible. A statement after it sees all that was recorded before. So positions are
-- given after the checks, have no holes, and whoever sees one sees all below it.
--
-- If all appends fit, they are recorded by one statement; if all are known, that is stated. If not, each half is tried
-- alone, down to the single append whose refusal is then stated. The caller has seen to it that no event id stands
-- twice, and that no guard is broken by an append of the same call.
--
-- append_first, append_part: index of each append's first event and first part, from 1
-- guards: of each append [{"query": […], "after": N}, …] or null
-- streams, expected, earlier: of each part its stream; the version that it must have, -1 for any, -2 for at least 1;
--   and how many events of the same stream stand in parts before it
-- parts, offsets, indexes: of each event its part; its place there, from 1; and its place in its append, from 0
-- data, metadata: parsed before the call, and so before the lock is taken
-- positions: of each append's first event, null if it was refused
-- versions: of each part's stream, before the append
-- refusals: of each append, null if it was recorded: "known ID POSITION" (the first known id, and where the append that
--   recorded it begins), "version INDEX" (of its part, from 1), "guard INDEX POSITION" (from 1, and what it found)
-- waited: whether somebody else had the lock
CREATE FUNCTION append_batch(
  append_first INT[], append_part INT[], guards JSONB[],
  streams TEXT[], expected BIGINT[], earlier BIGINT[],
  parts INT[], offsets INT[], indexes INT[], ids UUID[], types TEXT[], schema_versions INT[],
  data JSON[], metadata JSON[], tags TEXT[], data_bytes BYTEA[], metadata_bytes BYTEA[],
  OUT positions BIGINT[], OUT versions BIGINT[], OUT refusals TEXT[], OUT waited BOOLEAN)
LANGUAGE plpgsql
  SET search_path = "${schema}", pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off
  SET enable_mergejoin = off SET jit = off SET plan_cache_mode = force_generic_plan SET lock_timeout = '30s' AS $$
DECLARE
  head      BIGINT;
  now       TIMESTAMPTZ;
  fits      BOOLEAN;
  half      INT;
  cut       INT; -- first event of the second half
  cut_part  INT; -- first part of the second half
  one       RECORD;
  other     RECORD;
BEGIN
  waited := NOT pg_try_advisory_xact_lock(1229931596, 'events'::regclass::oid::int);
  IF waited THEN
    PERFORM pg_advisory_xact_lock(1229931596, 'events'::regclass::oid::int);
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'transaction isolation: % (expected: read committed)', current_setting('transaction_isolation')
      USING ERRCODE = 'invalid_transaction_state';
  END IF;

  SELECT e.global_position, e.created_at INTO head, now FROM events e ORDER BY e.global_position DESC LIMIT 1;
  head := coalesce(head, 0);
  now := greatest(now, clock_timestamp());
  versions := ARRAY(
    SELECT coalesce(
      (SELECT e.version FROM events e WHERE e.stream_id = streams[i] ORDER BY e.version DESC LIMIT 1), 0)
    FROM generate_series(1, cardinality(streams)) AS i);
  fits := NOT EXISTS (SELECT FROM events e WHERE e.id = ANY (ids))
    AND (-1 = ALL (expected) OR (
      SELECT bool_and(CASE expected[i] WHEN -1 THEN TRUE WHEN -2 THEN versions[i] + earlier[i] > 0
        ELSE versions[i] + earlier[i] = expected[i] END)
      FROM generate_series(1, cardinality(streams)) AS i));
  IF fits AND guards IS NOT NULL THEN
    fits := NOT EXISTS (
      SELECT FROM unnest(guards) AS several(guards), jsonb_array_elements(several.guards) AS guard
      WHERE last_match(guard -> 'query', (guard ->> 'after')::BIGINT) > 0);
  END IF;

  IF fits AND cardinality(ids) = 1 AND cardinality(streams) = 1 THEN -- as below, without the cost of going through arrays
    INSERT INTO events (global_position, version, created_at, id, schema_version, append_index, stream_id, stream_type,
        event_type, event_data, metadata, tags, event_bytes, metadata_bytes)
      VALUES (head + 1, versions[1] + 1, now, ids[1], schema_versions[1], 0, streams[1], category_of(streams[1]), types[1],
        data[1], metadata[1], tags[1]::TEXT[], data_bytes[1], metadata_bytes[1]);
    IF tags[1] IS NOT NULL THEN
      INSERT INTO event_tags (tag, global_position) SELECT unnest(tags[1]::TEXT[]), head + 1;
    END IF;
    positions := ARRAY[head + 1];
    RETURN;
  END IF;
  IF fits THEN
    INSERT INTO events (global_position, version, created_at, id, schema_version, append_index, stream_id, stream_type,
        event_type, event_data, metadata, tags, event_bytes, metadata_bytes)
      SELECT head + i, versions[parts[i]] + earlier[parts[i]] + offsets[i], now, ids[i], schema_versions[i], indexes[i],
          streams[parts[i]], category_of(streams[parts[i]]), types[i], data[i], metadata[i], tags[i]::TEXT[],
          data_bytes[i], metadata_bytes[i]
        FROM generate_series(1, cardinality(ids)) AS i;
    INSERT INTO event_tags (tag, global_position)
      SELECT unnest(tags[i]::TEXT[]), head + i FROM generate_series(1, cardinality(ids)) AS i;
    positions := ARRAY(SELECT head + first FROM unnest(append_first) AS first);
    IF 0 <> ANY (earlier) THEN
      versions := ARRAY(SELECT versions[i] + earlier[i] FROM generate_series(1, cardinality(streams)) AS i);
    END IF;
    RETURN;
  END IF;

  SELECT array_agg('known ' || k.id || ' ' || k.first ORDER BY k.append) INTO refusals
    FROM (
      SELECT DISTINCT ON (width_bucket(u.ord::INT, append_first))
        width_bucket(u.ord::INT, append_first) AS append, e.id, e.global_position - e.append_index AS first
      FROM unnest(ids) WITH ORDINALITY AS u(id, ord) JOIN events e ON e.id = u.id
      ORDER BY width_bucket(u.ord::INT, append_first), u.ord) AS k;
  half := cardinality(append_first) / 2;
  IF cardinality(refusals) = cardinality(append_first) THEN
    positions := array_fill(NULL::BIGINT, ARRAY[cardinality(append_first)]);
    RETURN;
  ELSIF half = 0 THEN
    positions := ARRAY[NULL];
    refusals := ARRAY[refusal(guards[1], versions, expected)];
    RETURN;
  END IF;
  cut := append_first[half + 1];
  cut_part := append_part[half + 1];
  SELECT * INTO one FROM append_batch(
    append_first[:half], append_part[:half], guards[:half],
    streams[:cut_part - 1], expected[:cut_part - 1], earlier[:cut_part - 1],
    parts[:cut - 1], offsets[:cut - 1], indexes[:cut - 1], ids[:cut - 1], types[:cut - 1], schema_versions[:cut - 1],
    data[:cut - 1], metadata[:cut - 1], tags[:cut - 1], data_bytes[:cut - 1], metadata_bytes[:cut - 1]);
  SELECT * INTO other FROM append_batch(
    ARRAY(SELECT f - cut + 1 FROM unnest(append_first[half + 1:]) AS f),
    ARRAY(SELECT p - cut_part + 1 FROM unnest(append_part[half + 1:]) AS p), guards[half + 1:],
    streams[cut_part:], expected[cut_part:],
    ARRAY(SELECT s.earlier - min(s.earlier) OVER (PARTITION BY s.stream)
      FROM unnest(streams[cut_part:], earlier[cut_part:]) WITH ORDINALITY AS s(stream, earlier, ord) ORDER BY s.ord),
    ARRAY(SELECT p - cut_part + 1 FROM unnest(parts[cut:]) AS p), offsets[cut:], indexes[cut:], ids[cut:], types[cut:],
    schema_versions[cut:], data[cut:], metadata[cut:], tags[cut:], data_bytes[cut:], metadata_bytes[cut:]);
  positions := one.positions || other.positions;
  versions := one.versions || other.versions;
  refusals := coalesce(one.refusals, array_fill(NULL::TEXT, ARRAY[half]))
    || coalesce(other.refusals, array_fill(NULL::TEXT, ARRAY[cardinality(other.positions)]));
END $$;

-- Why one append does not fit, none of whose ids is known: versions count before guards.
CREATE FUNCTION refusal(guards JSONB, versions BIGINT[], expected BIGINT[]) RETURNS TEXT LANGUAGE sql STABLE
  SET search_path = "${schema}", pg_temp AS $$
  SELECT coalesce((
      SELECT 'version ' || p.ord
      FROM unnest(versions, expected) WITH ORDINALITY AS p(version, expected, ord)
      WHERE NOT CASE p.expected WHEN -1 THEN TRUE WHEN -2 THEN p.version > 0 ELSE p.version = p.expected END
      ORDER BY p.ord LIMIT 1),
    (
      SELECT 'guard ' || g.ord || ' ' || g.found
      FROM (
        SELECT each.ord, last_match(each.guard -> 'query', (each.guard ->> 'after')::BIGINT) AS found
        FROM jsonb_array_elements(guards) WITH ORDINALITY AS each(guard, ord)) AS g
      WHERE g.found > 0 ORDER BY g.ord LIMIT 1))
$$;
