// Uses one of the official Node clients as an application would. Arguments: the client's package, the port, what sets
// its names apart from another's, and, for a server with TLS and users, the file of the authority.
// Every check that fails ends the program with an error; the last line says how many went through.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";

const [package_, port, suffix, authority] = process.argv.slice(2);
const library = createRequire(join(process.cwd(), "client.cjs"))(package_);
const { jsonEvent, binaryEvent, ANY, NO_STREAM, STREAM_EXISTS, START, END, BACKWARDS, FORWARDS } = library;
const Client = library.KurrentDBClient ?? library.EventStoreDBClient;
const connect = (credentials) =>
  Client.connectionString(authority === undefined
    ? `esdb://localhost:${port}?tls=false`
    : `esdb://${credentials}localhost:${port}?tls=true&tlsCaFile=${authority}`);
const client = connect("admin:changeit@");
const newer = library.KurrentDBClient !== undefined;
const category = `Order${suffix}`;
const stream = `${category}-1`;
const expecting = (state) => (newer ? { streamState: state } : { expectedRevision: state });
const collect = async (read) => {
  const all = [];
  for await (const event of read) all.push(event);
  return all;
};
const take = async (subscription, count) => {
  const some = [];
  for await (const event of subscription) {
    some.push(event);
    if (some.length === count) break;
  }
  return some;
};

const checks = {
  async "appends under each expectation and reads back what it wrote"() {
    const placed = jsonEvent({ type: "Placed", data: { total: 12.5 }, metadata: { $correlationId: "c1", n: [1] } });
    const scanned = binaryEvent({ type: "Scanned", data: Buffer.from([0, 1, 255]), metadata: Buffer.from([7]) });
    const first = await client.appendToStream(stream, [placed, scanned], expecting(NO_STREAM));
    assert.equal(first.success, true);
    assert.equal(first.nextExpectedRevision, 1n);
    const again = await client.appendToStream(stream, [placed, scanned], expecting(NO_STREAM));
    assert.deepEqual(again.position, first.position);
    await client.appendToStream(stream, jsonEvent({ type: "Paid", data: { n: 1 } }), expecting(1n));
    await client.appendToStream(stream, jsonEvent({ type: "Paid", data: { n: 2 } }), expecting(STREAM_EXISTS));
    await client.appendToStream(stream, jsonEvent({ type: "Paid", data: { n: 3 } }), expecting(ANY));
    const events = (await collect(client.readStream(stream))).map(({ event }) => event);
    assert.deepEqual(events.map((event) => event.revision), [0n, 1n, 2n, 3n, 4n]);
    assert.deepEqual(events[0].data, { total: 12.5 });
    assert.deepEqual(events[0].metadata, { $correlationId: "c1", n: [1] });
    assert.equal(events[0].id, placed.id);
    assert.deepEqual(Buffer.from(events[1].data), Buffer.from([0, 1, 255]));
    assert.equal(events[1].isJson, false);
    assert.ok(Math.abs(new Date(events[0].created).getTime() - Date.now()) < 60_000);
  },

  async "is refused a wrong expectation by an error of that name"() {
    const event = jsonEvent({ type: "Paid", data: {} });
    await assert.rejects(client.appendToStream(stream, event, expecting(NO_STREAM)), (error) => {
      assert.ok(error instanceof library.WrongExpectedVersionError, error.stack);
      assert.equal(error.streamName, stream);
      return true;
    });
    await assert.rejects(client.appendToStream("None" + suffix, event, expecting(STREAM_EXISTS)),
      library.WrongExpectedVersionError);
  },

  async "appends with credentials of its own by the other method"() {
    const options = { ...expecting(4n), credentials: { username: "admin", password: "changeit" } };
    const result = await client.appendToStream(stream, jsonEvent({ type: "Paid", data: { n: 4 } }), options);
    assert.equal(result.nextExpectedRevision, 5n);
  },

  async "reads backwards, from a revision, so many, and learns that there is no stream"() {
    const back = await collect(client.readStream(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 2 }));
    assert.deepEqual(back.map(({ event }) => event.revision), [5n, 4n]);
    const from = await collect(client.readStream(stream, { direction: FORWARDS, fromRevision: 3n, maxCount: 2 }));
    assert.deepEqual(from.map(({ event }) => event.revision), [3n, 4n]);
    await assert.rejects(collect(client.readStream("None" + suffix)), library.StreamNotFoundError);
  },

  async "reads everything in both directions"() {
    const all = await collect(client.readAll({ fromPosition: START }));
    const mine = all.filter(({ event }) => event.streamId === stream);
    assert.equal(mine.length, 6);
    const positions = all.map(({ event }) => event.position.commit);
    assert.deepEqual(positions, [...positions].sort((a, b) => (a < b ? -1 : 1)));
    const back = await collect(client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 3 }));
    assert.deepEqual(back.map(({ event }) => event.id), all.slice(-3).reverse().map(({ event }) => event.id));
  },

  async "reads a category as links and resolved"() {
    await client.appendToStream(`${category}-2`, jsonEvent({ type: "Placed", data: { total: 1 } }));
    const links = await collect(client.readStream(`$ce-${category}`));
    assert.equal(links.length, 7);
    const resolved = await collect(client.readStream(`$ce-${category}`, { resolveLinkTos: true }));
    assert.deepEqual(resolved.map(({ link }) => link.revision), [0n, 1n, 2n, 3n, 4n, 5n, 6n]);
    assert.equal(resolved[6].event.streamId, `${category}-2`);
    assert.deepEqual(resolved[6].event.data, { total: 1 });
  },

  async "follows a stream, a category and everything, with what is new"() {
    const followed = client.subscribeToStream(stream, { fromRevision: 3n });
    const all = client.subscribeToAll({
      fromPosition: START,
      filter: library.streamNameFilter({ prefixes: [category] }),
    });
    const views = client.subscribeToStream(`$ce-${category}`, { fromRevision: START, resolveLinkTos: true });
    const some = Promise.all([take(followed, 3), take(all, 8), take(views, 8)]);
    await client.appendToStream(stream, jsonEvent({ type: "Shipped", data: {} }));
    const [ofStream, ofAll, ofCategory] = await some;
    assert.deepEqual(ofStream.map(({ event }) => event.revision), [4n, 5n, 6n]);
    assert.equal(ofAll[7].event.type, "Shipped");
    assert.equal(ofCategory[7].event.type, "Shipped");
    await Promise.all([followed.unsubscribe(), all.unsubscribe(), views.unsubscribe()]);
  },

  async "skips the system's events by its own filter"() {
    const all = client.subscribeToAll({ fromPosition: START, filter: library.excludeSystemEvents() });
    const some = await take(all, 8);
    assert.ok(some.every(({ event }) => !event.type.startsWith("$")));
    await all.unsubscribe();
  },

  async "keeps metadata of streams and reads by it"() {
    assert.equal((await client.getStreamMetadata(stream)).metadata, undefined);
    await client.setStreamMetadata(stream, { maxCount: 2, colour: "red" });
    const { metadata } = await client.getStreamMetadata(stream);
    assert.equal(metadata.maxCount, 2);
    assert.equal(metadata.colour, "red");
    assert.equal((await collect(client.readStream(stream))).length, 2);
  },

  async "deletes, goes on, and puts up a tombstone"() {
    await client.deleteStream(stream);
    await assert.rejects(collect(client.readStream(stream)), library.StreamNotFoundError);
    const next = await client.appendToStream(stream, jsonEvent({ type: "Again", data: {} }), expecting(NO_STREAM));
    assert.equal(next.nextExpectedRevision, 7n);
    await assert.rejects(client.deleteStream(stream, { expectedRevision: 0n }), library.WrongExpectedVersionError);
    await client.tombstoneStream(stream);
    await assert.rejects(collect(client.readStream(stream)), library.StreamDeletedError);
    await assert.rejects(client.appendToStream(stream, jsonEvent({ type: "No", data: {} })),
      library.StreamDeletedError);
  },

  async "consumes a stream as one of a group, and parks, replays, retries and skips"() {
    const sale = `Sale${suffix}-1`;
    const settings = (changes) => library.persistentSubscriptionToStreamSettingsFromDefaults(changes);
    for (let i = 0; i < 4; i++) {
      await client.appendToStream(sale, jsonEvent({ type: "Sold", data: { i } }));
    }
    await client.createPersistentSubscriptionToStream(sale, "mailer", settings({ startFrom: START }));
    await assert.rejects(client.createPersistentSubscriptionToStream(sale, "mailer", settings({ startFrom: START })),
      library.PersistentSubscriptionExistsError);
    const consumer = client.subscribeToPersistentSubscriptionToStream(sale, "mailer", { bufferSize: 2 });
    const came = [];
    for await (const each of consumer) {
      came.push([each.event.data.i, each.retryCount]);
      if (each.event.data.i === 1 && each.retryCount === 0) await consumer.nack("retry", "again", each);
      else if (each.event.data.i === 2) await consumer.nack("skip", "no", each);
      else if (each.event.data.i === 3 && each.link === undefined) {
        await consumer.nack("park", "later", each);
        const parked = async () => (await client.getPersistentSubscriptionToStreamInfo(sale, "mailer")).stats;
        while ((await parked()).parkedMessageCount < 1);
        await client.replayParkedMessagesToStream(sale, "mailer");
      } else {
        await consumer.ack(each);
        if (each.link !== undefined) break;
      }
    }
    came.sort(([a, m], [b, n]) => a - b || m - n);
    assert.deepEqual(came, [[0, 0], [1, 0], [1, 1], [2, 0], [3, 0], [3, 0]]);
    const changed = settings({ startFrom: START, maxRetryCount: 3, consumerStrategyName: library.PINNED });
    await client.updatePersistentSubscriptionToStream(sale, "mailer", changed);
    const info = await client.getPersistentSubscriptionToStreamInfo(sale, "mailer");
    assert.equal(info.settings.maxRetryCount, 3);
    assert.equal(info.settings.consumerStrategyName, "Pinned");
    assert.equal(info.stats.lastCheckpointedEventRevision, 3n);
    const listed = await client.listPersistentSubscriptionsToStream(sale);
    assert.deepEqual(listed.map(({ groupName }) => groupName), ["mailer"]);
    await client.restartPersistentSubscriptionSubsystem();
    await client.deletePersistentSubscriptionToStream(sale, "mailer");
    await assert.rejects(client.getPersistentSubscriptionToStreamInfo(sale, "mailer"),
      library.PersistentSubscriptionDoesNotExistError);
  },

  async "consumes everything through a filter, and a category resolved, as one of a group"() {
    const bill = `Bill${suffix}`;
    const filter = library.streamNameFilter({ prefixes: [bill] });
    const all = library.persistentSubscriptionToAllSettingsFromDefaults({ startFrom: START });
    const resolving = { startFrom: START, resolveLinkTos: true };
    const ofCategory = library.persistentSubscriptionToStreamSettingsFromDefaults(resolving);
    await client.createPersistentSubscriptionToAll(`all${suffix}`, all, { filter });
    await client.createPersistentSubscriptionToStream(`$ce-${bill}`, "mailer", ofCategory);
    for (let i = 0; i < 3; i++) {
      await client.appendToStream(`${bill}-${i}`, jsonEvent({ type: "Billed", data: { i } }));
    }
    for (const consumer of [
      client.subscribeToPersistentSubscriptionToAll(`all${suffix}`),
      client.subscribeToPersistentSubscriptionToStream(`$ce-${bill}`, "mailer"),
    ]) {
      const some = [];
      for await (const each of consumer) {
        some.push(each.event.data.i);
        await consumer.ack(each);
        if (some.length === 3) break;
      }
      assert.deepEqual(some, [0, 1, 2]);
    }
    const info = await client.getPersistentSubscriptionToAllInfo(`all${suffix}`);
    assert.equal(info.settings.startFrom, START);
    await client.deletePersistentSubscriptionToAll(`all${suffix}`);
    await client.deletePersistentSubscriptionToStream(`$ce-${bill}`, "mailer");
    assert.equal((await client.listAllPersistentSubscriptions()).length, 0);
  },

  async "appends to several streams at once, or to none"() {
    if (!newer) return;
    const event = (n, id) => jsonEvent({ type: "Taken", data: { n }, metadata: { by: "node" }, ...(id && { id }) });
    const to = (name, expectedState, ...events) => ({ streamName: `${category}Lot-${name}`, expectedState, events });
    const request = [to("a", NO_STREAM, event(1), event(2)), to("b", ANY, event(3))];
    const first = await client.multiStreamAppend(request);
    assert.deepEqual(first.responses.map(({ revision }) => revision), [1n, 0n]);
    assert.deepEqual(await client.multiStreamAppend(request), first);
    await assert.rejects(client.multiStreamAppend([to("c", ANY, event(4)), to("a", 7n, event(5))]), (error) => {
      assert.ok(error instanceof library.WrongExpectedVersionError, error.stack);
      assert.equal(error.streamName, `${category}Lot-a`);
      assert.equal(error.actualState, 1n);
      return true;
    });
    const record = (name, n) => ({ streamName: `${category}Lot-${name}`, record: event(n) });
    const check = (name, expectedState) =>
      ({ type: library.STREAM_STATE, streamName: `${category}Lot-${name}`, expectedState });
    const written = await client.appendRecords([record("c", 6), record("b", 7), record("c", 8)],
      [check("a", 1n), check("d", NO_STREAM), check("b", STREAM_EXISTS)]);
    assert.deepEqual(written.responses.map(({ revision }) => revision), [1n, 1n]);
    await client.tombstoneStream(`${category}Lot-b`);
    await assert.rejects(client.appendRecords([record("c", 9)],
      [check("a", 0n), check("d", STREAM_EXISTS), check("c", 1n), check("b", 1n)]), (error) => {
      assert.ok(error instanceof library.AppendConsistencyViolationError, error.stack);
      assert.deepEqual(error.violations.map((found) => [found.checkIndex, found.expectedState, found.actualState]),
        [[0, 0n, 1n], [1, STREAM_EXISTS, NO_STREAM], [3, 1n, -6n]]);
      return true;
    });
    await assert.rejects(client.multiStreamAppend([to("b", ANY, event(10))]), library.StreamTombstonedError);
    const read = await collect(client.readStream(`${category}Lot-c`));
    assert.deepEqual(read.map(({ event }) => event.data.n), [6, 8]);
    assert.deepEqual(read[0].event.metadata,
      { by: "node", "$schema.name": "Taken", "$schema.format": "Json" });
  },

  async "appends ten thousand times over its one call, each stream in order"() {
    const count = 10_000;
    const streams = 50;
    const running = [];
    for (let i = 0; i < count; i++) {
      const event = jsonEvent({ type: "Counted", data: { i } });
      running.push(client.appendToStream(`${category}Many-${i % streams}`, event));
    }
    await Promise.all(running);
    for (let k = 0; k < streams; k++) {
      const events = await collect(client.readStream(`${category}Many-${k}`));
      const expected = [...Array(count / streams).keys()].map((i) => k + i * streams);
      assert.deepEqual(events.map(({ event }) => event.data.i), expected);
    }
  },
};

if (authority !== undefined) {
  checks["is let in by its password, and to what the stream's metadata says"] = async () => {
    const name = `${category}Closed-1`;
    const event = () => jsonEvent({ type: "Placed", data: {} });
    await client.appendToStream(name, event());
    await client.setStreamMetadata(name, { acl: { readRoles: ["$admins"], writeRoles: ["$admins"] } });
    const { AccessDeniedError } = library;
    for (const [credentials, denied] of [["", "AccessDenied"], ["zoe:zoe's@", "AccessDenied"], ["zoe:no@", ""]]) {
      const other = connect(credentials);
      for (const attempt of [() => collect(other.readStream(name)), () => other.appendToStream(name, event())]) {
        await assert.rejects(attempt(), (error) => {
          assert.ok(denied === "" || error instanceof AccessDeniedError, error.stack);
          return true;
        });
      }
      await other.dispose();
    }
    const zoe = connect("zoe:zoe's@");
    await zoe.appendToStream(`${category}Open-1`, event());
    assert.equal((await collect(zoe.readStream(`${category}Open-1`))).length, 1);
    await zoe.dispose();
    assert.equal((await collect(client.readStream(name))).length, 1);
  };
}

let passed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    passed++;
  } catch (error) {
    console.error(`${package_}: ${name}: ${error.stack}`);
  }
}
await client.dispose();
console.log(`${passed} of ${Object.keys(checks).length}`);
process.exit(passed === Object.keys(checks).length ? 0 : 1);
