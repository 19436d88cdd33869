// Chaos, in short: see chaos.js.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chaos } from "./chaos.js";
import { residentBytes, websockets } from "./support/metrics.js";
import { contractServer } from "../clients/support/server.js";

const SECONDS = 4;
const MEGABYTE = 1_048_576;

for (const shards of ["1", "2"]) {
  const server = contractServer(
    {},
    {
      options: ["--log", "off", "--metrics", "--outbox-limit", "1000000", "--shards", shards],
    },
  );
  before(() => server.start());
  after(() => server.stop());

  test(`beside twenty attackers ten polite clients notice nothing, on ${shards} of the server's threads`, async (t) => {
    const ends = [];
    const seed = Date.now() % 1_000_000;
    t.diagnostic(`seed ${seed}`);
    const { done, said } = await chaos({ after: (end) => ends.push(end) }, server, SECONDS, seed);
    assert.ok(said > 50, `they sent ${said} messages`);
    for (const [name, times] of Object.entries(done))
      assert.ok(times > 0, `${name} did not happen`);

    for (const end of ends) end();
    await websockets(server, 0); // no connection is left
    const megabytes = Math.round(residentBytes(server.pid) / MEGABYTE);
    assert.ok(megabytes < 200, `${megabytes} MB are left`);
  });
}
