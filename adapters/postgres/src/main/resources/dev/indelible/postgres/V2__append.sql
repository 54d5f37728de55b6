-- Appending from psql and other languages, under the promises that every journal keeps.

-- The name, or an error that says which name and why.
CREATE FUNCTION checked_name(what TEXT, name TEXT) RETURNS TEXT LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF name IS NULL OR octet_length(name) NOT BETWEEN 1 AND 255 THEN
    RAISE EXCEPTION '%: % (expected: 1 to 255 bytes of UTF-8)', what, coalesce('"' || left(name, 40) || '"', 'missing')
      USING ERRCODE = 'invalid_parameter_value';
  ELSIF name ~ U&'[\0001-\001F\007F-\009F]' THEN
    RAISE EXCEPTION '%: "%" (expected: no control character)', what, name USING ERRCODE = 'invalid_parameter_value';
  ELSIF left(name, 1) = '$' THEN
    RAISE EXCEPTION '%: "%" is reserved (expected: a name that does not begin with ''$'')', what, name
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN name;
END $$;

-- A new id that sorts by time (UUID version 7).
CREATE FUNCTION time_ordered_id() RETURNS UUID LANGUAGE sql VOLATILE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::BIGINT), 12, '0')
    || '7' || substr(replace(gen_random_uuid()::TEXT, '-', ''), 14))::UUID
$$;

-- Raises an error unless the value is an object with no other members than those.
CREATE FUNCTION check_object(what TEXT, value JSONB, allowed TEXT[]) RETURNS VOID LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  unknown TEXT;
BEGIN
  IF jsonb_typeof(value) IS DISTINCT FROM 'object' THEN
    RAISE EXCEPTION '%: % (expected: an object)', what, left(coalesce(value::TEXT, 'missing'), 40)
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  SELECT k.name INTO unknown FROM jsonb_object_keys(value) AS k(name) WHERE k.name <> ALL (allowed) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '%: "%" is unknown (expected: %)', what, unknown, array_to_string(allowed, ', ')
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
END $$;

-- The list, an empty one if there is none, or an error.
CREATE FUNCTION checked_list(what TEXT, list JSONB, of_texts BOOLEAN) RETURNS JSONB LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF list IS NULL THEN
    RETURN '[]';
  ELSIF jsonb_typeof(list) <> 'array'
    OR of_texts AND jsonb_path_exists(list, '$[*] ? (@.type() != "string")') THEN
    RAISE EXCEPTION '%: % (expected: a list%)', what, left(list::TEXT, 40),
      CASE WHEN of_texts THEN ' of texts' ELSE '' END USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN list;
END $$;

-- The text of a whole number, or an error.
CREATE FUNCTION checked_number(what TEXT, value JSONB) RETURNS TEXT LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF jsonb_typeof(value) IS DISTINCT FROM 'number' OR value::TEXT !~ '^[0-9]{1,18}$' THEN
    RAISE EXCEPTION '%: % (expected: a whole number of 0 or more)', what, left(coalesce(value::TEXT, 'missing'), 40)
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN value::TEXT;
END $$;

-- Raises an error unless the member is a text, or is not there.
CREATE FUNCTION check_text(what TEXT, value JSONB) RETURNS VOID LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF jsonb_typeof(value) <> 'string' OR value = '""' THEN
    RAISE EXCEPTION '%: % (expected: a text)', what, left(value::TEXT, 40) USING ERRCODE = 'invalid_parameter_value';
  END IF;
END $$;

-- Raises an error unless the request has the form that append states.
CREATE FUNCTION check_form(request JSONB) RETURNS VOID LANGUAGE plpgsql STABLE
  SET search_path = "${schema}", pg_temp AS $$
DECLARE
  a JSONB;
  b JSONB;
BEGIN
  PERFORM check_object('request', request, '{appends,guards}');
  FOR a IN SELECT jsonb_array_elements(checked_list('appends', request -> 'appends', FALSE)) LOOP
    PERFORM check_object('append', a, '{stream,expected_version,events}');
    PERFORM check_text('stream', a -> 'stream');
    FOR b IN SELECT jsonb_array_elements(checked_list('events', a -> 'events', FALSE)) LOOP
      PERFORM check_object('event', b, '{event_id,event_type,data,metadata,schema_version,tags}');
      PERFORM checked_list('tags', b -> 'tags', TRUE), check_text('event_type', b -> 'event_type');
      IF b ? 'schema_version' AND checked_number('schema_version', b -> 'schema_version')::BIGINT > 2147483647 THEN
        RAISE EXCEPTION 'schema_version: % (expected: at most 2147483647)', b -> 'schema_version'
          USING ERRCODE = 'invalid_parameter_value';
      END IF;
      IF b ? 'event_id' AND b ->> 'event_id' !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
        RAISE EXCEPTION 'event_id: % (expected: a UUID)', b -> 'event_id' USING ERRCODE = 'invalid_parameter_value';
      END IF;
    END LOOP;
  END LOOP;
  FOR a IN SELECT jsonb_array_elements(checked_list('guards', request -> 'guards', FALSE)) LOOP
    PERFORM check_object('guard', a, '{query,after}');
    IF checked_number('after', a -> 'after')::BIGINT > head() THEN
      RAISE EXCEPTION 'guard: after position %, but the last is % (expected: a position of this store)',
        a -> 'after', head() USING ERRCODE = 'invalid_parameter_value';
    ELSIF checked_list('query', a -> 'query', FALSE) = '[]' THEN
      RAISE EXCEPTION 'query: 0 alternatives (expected: 1 or more)' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR b IN SELECT jsonb_array_elements(a -> 'query') LOOP
      PERFORM check_object('query', b, '{stream,category,types,tags}');
      PERFORM checked_list('types', b -> 'types', TRUE), checked_list('tags', b -> 'tags', TRUE),
        check_text('stream', b -> 'stream'), check_text('category', b -> 'category');
    END LOOP;
  END LOOP;
END $$;

-- {"key:value", …} as text[], or null if there are none; or an error.
CREATE FUNCTION checked_tags(event JSONB) RETURNS TEXT[] LANGUAGE plpgsql IMMUTABLE
  SET search_path = "${schema}", pg_temp AS $$
DECLARE
  tag  TEXT;
  tags TEXT[] := ARRAY(SELECT jsonb_array_elements_text(coalesce(event -> 'tags', '[]')));
BEGIN
  FOREACH tag IN ARRAY tags LOOP
    PERFORM checked_name('tag', tag);
    IF strpos(tag, ':') <= 1 OR strpos(tag, ':') = length(tag) THEN
      RAISE EXCEPTION 'tag: "%" (expected: key:value)', tag USING ERRCODE = 'invalid_parameter_value';
    END IF;
  END LOOP;
  IF cardinality(tags) > 32 OR cardinality(tags) > (SELECT count(DISTINCT t) FROM unnest(tags) AS t) THEN
    RAISE EXCEPTION 'tags: % (expected: at most 32, each once)', tags USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN nullif(tags, '{}');
END $$;

-- The version that a stream must have, as append_batch takes it: "any" (as when left out), "exists", "no_stream", or a
-- number.
CREATE FUNCTION checked_expectation(expected JSONB) RETURNS BIGINT LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN CASE
    WHEN expected IS NULL OR expected = '"any"' THEN -1
    WHEN expected = '"exists"' THEN -2
    WHEN expected = '"no_stream"' THEN 0
    WHEN jsonb_typeof(expected) = 'number' AND expected::TEXT ~ '^[0-9]{1,18}$' THEN expected::TEXT::BIGINT
  END;
END $$;

-- Records all events or none:
--   {"appends": [{"stream", "expected_version", "events": [{"event_id", "event_type", "data", "metadata",
--       "schema_version", "tags"}, …]}, …],
--    "guards": [{"query": [{"stream", "category", "types", "tags"}, …], "after": N}, …]}
-- Of an event, event_type and data are needed. It answers
--   {"streams": [{"stream", "first_version", "last_version", "first_position", "last_position"}, …], "position",
--    "repeated"}
-- Repeating it with the same event ids records nothing and answers as the first time. It raises ID409 with a reason if
-- ids, versions or guards do not allow it.
--
-- The order of all events is kept by a lock that ends with the transaction: commit soon after.
CREATE FUNCTION append(request JSONB) RETURNS JSONB LANGUAGE plpgsql
  SET search_path = "${schema}", pg_temp AS $$
DECLARE
  refused  CONSTANT TEXT := 'ID409';
  p        RECORD;
  e        RECORD;
  answer   RECORD;
  words    TEXT[];
  fault    UUID;
BEGIN
  PERFORM check_form(request);
  SELECT array_agg(checked_name('stream', a ->> 'stream') ORDER BY ord) AS streams,
      array_agg(checked_expectation(a -> 'expected_version') ORDER BY ord) AS expected,
      (array_agg(a -> 'expected_version' ORDER BY ord)) AS asked_versions
    INTO p FROM jsonb_array_elements(request -> 'appends') WITH ORDINALITY AS each(a, ord);
  SELECT array_agg(part::INT ORDER BY part, ord) AS parts,
      array_agg(ord::INT ORDER BY part, ord) AS offsets,
      array_agg(coalesce((event ->> 'event_id')::UUID, time_ordered_id()) ORDER BY part, ord) AS ids,
      array_agg(checked_name('event_type', event ->> 'event_type') ORDER BY part, ord) AS types,
      array_agg(coalesce((event ->> 'schema_version')::INT, 1) ORDER BY part, ord) AS schema_versions,
      array_agg((event -> 'data')::TEXT ORDER BY part, ord) AS data,
      array_agg(coalesce(event -> 'metadata', '{}')::TEXT ORDER BY part, ord) AS metadata,
      array_agg(checked_tags(event)::TEXT ORDER BY part, ord) AS tags
    INTO e
    FROM jsonb_array_elements(request -> 'appends') WITH ORDINALITY AS a(append, part),
      jsonb_array_elements(append -> 'events') WITH ORDINALITY AS b(event, ord);
  PERFORM checked_request(p.streams, p.expected, p.asked_versions, e.ids, e.schema_versions, e.data, e.metadata);

  SELECT * INTO answer FROM append_batch('{1}', '{1}',
    CASE WHEN jsonb_array_length(coalesce(request -> 'guards', '[]')) > 0 THEN ARRAY[request -> 'guards'] END,
    p.streams, p.expected, ARRAY(SELECT 0 FROM unnest(p.streams)), e.parts, e.offsets,
    ARRAY(SELECT generate_series(0, cardinality(e.ids) - 1)), e.ids, e.types, e.schema_versions, e.data::JSON[],
    e.metadata::JSON[], e.tags, NULL, NULL);

  words := string_to_array(answer.refusals[1], ' ');
  IF words[1] = 'known' THEN
    fault := different(words[3]::BIGINT, p.streams, e.parts, e.ids, e.types, e.schema_versions, e.data, e.tags);
    IF fault IS NOT NULL THEN
      RAISE EXCEPTION 'event_id %: recorded already, in another stream, with other content, or by an append of other'
        ' events (expected: the same append)', fault USING ERRCODE = refused;
    END IF;
  ELSIF words[1] = 'version' THEN
    RAISE EXCEPTION 'stream %: version % (expected: %)', p.streams[words[2]::INT], answer.versions[words[2]::INT],
      p.asked_versions[words[2]::INT] USING ERRCODE = refused;
  ELSIF words[1] = 'guard' THEN
    RAISE EXCEPTION 'guard %: an event at position % (expected: none)', request -> 'guards' -> words[2]::INT - 1,
      words[3] USING ERRCODE = refused;
  END IF;
  RETURN appended(coalesce(answer.positions[1], words[3]::BIGINT), cardinality(e.ids), words IS NOT NULL);
END $$;

-- Records events in one stream, as append(JSONB):
--   append('Order-1', '"any"', '[{"event_type": "OrderPlaced", "data": {}}]')
CREATE FUNCTION append(stream TEXT, expected_version JSONB, events JSONB) RETURNS JSONB LANGUAGE sql
  SET search_path = "${schema}", pg_temp AS $$
  SELECT append(jsonb_build_object('appends', jsonb_build_array(
    jsonb_build_object('stream', stream, 'expected_version', expected_version, 'events', events))))
$$;

-- Raises an error if something asked for is missing, malformed, too large or there twice.
CREATE FUNCTION checked_request(streams TEXT[], expected BIGINT[], asked_versions JSONB[], ids UUID[],
  schema_versions INT[], data TEXT[], metadata TEXT[]) RETURNS VOID LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  data_max     CONSTANT INT := 1048576;
  metadata_max CONSTANT INT := 65536;
  append_max   CONSTANT INT := 16777216;
  fault TEXT;
BEGIN
  fault := coalesce(
    CASE WHEN coalesce(cardinality(streams), 0) NOT BETWEEN 1 AND 100 THEN
      'streams: ' || coalesce(cardinality(streams), 0) || ' (expected: 1 to 100)' END,
    CASE WHEN coalesce(cardinality(ids), 0) NOT BETWEEN 1 AND 10000 THEN
      'events: ' || coalesce(cardinality(ids), 0) || ' (expected: 1 to 10000)' END,
    (SELECT format('expected_version: %s (expected: any, exists, no_stream, or 0 or more)', v.asked)
      FROM unnest(expected, asked_versions) AS v(version, asked) WHERE v.version IS NULL LIMIT 1),
    (SELECT 'stream: "' || s || '" twice (expected: once)'
      FROM unnest(streams) AS s GROUP BY s HAVING count(*) > 1 LIMIT 1),
    (SELECT 'event_id: ' || i || ' twice (expected: once)'
      FROM unnest(ids) AS i GROUP BY i HAVING count(*) > 1 LIMIT 1),
    (SELECT 'schema_version: ' || v || ' (expected: 1 or more)' FROM unnest(schema_versions) AS v WHERE v < 1 LIMIT 1),
    (SELECT CASE
        WHEN e.data IS NULL THEN 'data: missing'
        WHEN left(e.metadata, 1) <> '{' THEN 'metadata: ' || left(e.metadata, 40) || ' (expected: a JSON object)'
        WHEN octet_length(e.data) > data_max THEN
          'data bytes: ' || octet_length(e.data) || ' (limit: ' || data_max || ')'
        WHEN octet_length(e.metadata) > metadata_max THEN
          'metadata bytes: ' || octet_length(e.metadata) || ' (limit: ' || metadata_max || ')' END AS text
      FROM unnest(data, metadata) AS e(data, metadata)
      WHERE e.data IS NULL OR left(e.metadata, 1) <> '{' OR octet_length(e.data) > data_max
        OR octet_length(e.metadata) > metadata_max LIMIT 1),
    (SELECT
        'append: bytes: ' || sum(octet_length(e.data) + octet_length(e.metadata)) || ' (limit: ' || append_max || ')'
      FROM unnest(data, metadata) AS e(data, metadata)
      HAVING sum(octet_length(e.data) + octet_length(e.metadata)) > append_max));
  IF fault IS NOT NULL THEN
    RAISE EXCEPTION '%', fault USING ERRCODE = 'invalid_parameter_value';
  END IF;
END $$;

-- The first id that tells these events from the append that begins at the position, or null if they are the same.
CREATE FUNCTION different(first BIGINT, streams TEXT[], parts INT[], ids UUID[], types TEXT[], schema_versions INT[],
  data TEXT[], tags TEXT[]) RETURNS UUID LANGUAGE sql STABLE
  SET search_path = "${schema}", pg_temp SET enable_seqscan = off AS $$
  SELECT coalesce(asked.id, there.id)
  FROM unnest(parts, ids, types, schema_versions, data, tags) WITH ORDINALITY
      AS asked(part, id, type, schema_version, data, tags, ord)
    FULL JOIN (
      SELECT e.* FROM events e
      WHERE e.global_position BETWEEN first AND first + cardinality(ids) AND e.global_position - e.append_index = first)
      AS there ON there.append_index + 1 = asked.ord
  WHERE there.id IS DISTINCT FROM asked.id OR there.stream_id <> streams[asked.part] OR there.event_type <> asked.type
    OR there.schema_version <> asked.schema_version OR there.event_data::JSONB IS DISTINCT FROM asked.data::JSONB
    OR NOT coalesce(there.tags, '{}') @> coalesce(asked.tags::TEXT[], '{}')
    OR NOT coalesce(asked.tags::TEXT[], '{}') @> coalesce(there.tags, '{}')
  ORDER BY asked.ord LIMIT 1
$$;

-- Where the append is recorded that begins at the position.
CREATE FUNCTION appended(first BIGINT, events INT, repeated BOOLEAN) RETURNS JSONB LANGUAGE sql STABLE
  SET search_path = "${schema}", pg_temp SET enable_seqscan = off AS $$
  SELECT jsonb_build_object('streams', jsonb_agg(jsonb_build_object('stream', s.stream_id,
      'first_version', s.first_version, 'last_version', s.last_version,
      'first_position', s.first_position, 'last_position', s.last_position) ORDER BY s.first_position),
    'position', first + events - 1, 'repeated', repeated)
  FROM (
    SELECT e.stream_id, min(e.version) AS first_version, max(e.version) AS last_version,
      min(e.global_position) AS first_position, max(e.global_position) AS last_position
    FROM events e WHERE e.global_position BETWEEN first AND first + events - 1 GROUP BY e.stream_id) AS s
$$;

-- The version of these definitions.
CREATE FUNCTION store_version() RETURNS INT LANGUAGE sql IMMUTABLE AS $$ SELECT 2 $$;
