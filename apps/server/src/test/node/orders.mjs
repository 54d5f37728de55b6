// Appends events of orders by the official Node client, many at once and those of one order one after the other.
// Arguments: the port, how many orders, how many events. The file "written" gets a line for each event:
// stream, revision, id, type, metadata and data.
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const [port, orders, events] = process.argv.slice(2).map(Number);
const library = createRequire(join(process.cwd(), "client.cjs"))("@kurrent/kurrentdb-client");
const { jsonEvent, KurrentDBClient, NO_STREAM } = library;
const client = KurrentDBClient.connectionString(`esdb://localhost:${port}?tls=false`);
const types = ["OrderPlaced", "OrderPaid", "OrderShipped", "OrderReturned"];
const written = [];

const writeOrder = async (order) => {
  const streamName = `Order-${order}`;
  let streamState = NO_STREAM;
  for (let n = order; n < events; n += orders) {
    const revision = Math.floor(n / orders);
    const type = types[revision % types.length];
    const data = {
      order, n, total: n / 8, paid: revision > 0, note: `\u00e9\ud83d\ude00 "${n}"`, none: null,
      lines: [{ article: `a-${n % 17}`, count: (n % 5) + 1 }, { article: "b", price: 1e-7 * n }],
    };
    const metadata = { $correlationId: `c-${order}`, $causationId: `d-${n}`, user: `user-${order % 7}` };
    const event = jsonEvent({ type, data, metadata });
    const result = await client.appendToStream(streamName, event, { streamState });
    if (result.nextExpectedRevision !== BigInt(revision)) throw new Error(`${streamName}: ${revision}`);
    streamState = result.nextExpectedRevision;
    written.push([streamName, revision, event.id, type, JSON.stringify(metadata), JSON.stringify(data)].join(" "));
  }
};

await Promise.all([...Array(orders).keys()].map(writeOrder));
await writeFile("written", written.join("\n") + "\n");
await client.dispose();
process.exit(0);
