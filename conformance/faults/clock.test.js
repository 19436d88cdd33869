// The clock is set back and forward: it only affects the times of log lines and the age of tokens.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { Raw } from "./support/raw.js";
import {
  LongPoll,
  ask,
  connect,
  join,
  rejoins,
  roundTrip,
  seen,
  tell,
} from "../clients/support/client.js";
import { contractServer } from "../clients/support/server.js";

const IDLE_MS = 1_500; // the idle timeout of /short
const LATER_MS = 300;
const DAY_MS = 86_400_000;
const JUMPS = { "back by a year": -365, "forward by three weeks": 21 };

// Debian's libfaketime gives the server a clock that a file sets; CLOCK_MONOTONIC stays the machine's.
const library = readdirSync("/usr/lib")
  .map((folder) => `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`)
  .find(existsSync);
const skip = library ? false : "not run: there is no libfaketime; apt-get install libfaketime";

const folder = mkdtempSync(path(tmpdir(), "clock-"));
const offset = path(folder, "offset");
// jemalloc asks for the time before libfaketime can tell it.
if (process.env.LIBC_CONTRACT_SERVER) process.env.CONTRACT_SERVER = process.env.LIBC_CONTRACT_SERVER;
const server = contractServer({
  LD_PRELOAD: library,
  FAKETIME_TIMESTAMP_FILE: offset,
  FAKETIME_NO_CACHE: "1",
  FAKETIME_DONT_FAKE_MONOTONIC: "1",
  ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ""}:verify_asan_link_order=0`,
});

before(async () => {
  writeFileSync(offset, "+0d\n");
  if (library) await server.start();
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** Sets the server's clock this many days from ours, and checks it by the date of an answer. */
async function setClock(days) {
  writeFileSync(`${offset}.new`, `${days < 0 ? "" : "+"}${days}d\n`);
  renameSync(`${offset}.new`, offset); // atomically: half a number is never read
  const { headers } = await fetch(`${server.url}/nothing`);
  const behind = (Date.parse(headers.get("date")) - Date.now()) / DAY_MS;
  assert.ok(Math.abs(behind - days) < 0.01, `its clock is ${behind} days from ours, not ${days}`);
}

for (const [how, days] of Object.entries(JUMPS)) {
  test(
    `the clock is set ${how}: heartbeats, timers and idle ends keep their time`,
    { skip },
    async (t) => {
      await setClock(0);
      const options = { mount: "/short", heartbeatIntervalMs: 200 };
      const socket = await connect(t, server, options);
      const channel = await join(socket, "conformance:clock");
      const [closes, frames] = [seen(socket, "close"), seen(socket, "message")];
      const idle = await Raw.opens(t, server, "/short/websocket?vsn=2.0.0");
      const since = performance.now();
      const later = ask(channel, "async", { ms: LATER_MS }).then(() => performance.now() - since);

      await setClock(days);
      const answered = await later;
      assert.ok(
        answered > 0.9 * LATER_MS && answered < IDLE_MS,
        `the timer took ${Math.round(answered)} ms`,
      );
      await idle.ended;
      const lasted = performance.now() - since;
      assert.ok(
        lasted > 0.9 * IDLE_MS && lasted < 4 * IDLE_MS,
        `idle ended after ${Math.round(lasted)} ms`,
      );
      await frames.take(Math.ceil(IDLE_MS / 200)); // each answers a heartbeat
      assert.deepEqual(closes.rest, []);
      assert.deepEqual(await ask(channel, "count"), { count: 1 });
    },
  );
}

test(
  "a long-poll session survives a clock set back; one that is too old by the clock is replaced",
  { skip },
  async (t) => {
    await setClock(0);
    const socket = await connect(t, server, { transport: LongPoll });
    const channel = await join(socket, "conformance:old");
    await ask(channel, "count");

    await setClock(-365);
    assert.deepEqual(
      await ask(channel, "count"),
      { count: 2 },
      "its token is from the future, and valid",
    );
    await roundTrip(socket);

    const again = rejoins(channel);
    await setClock(21); // the token holds for two weeks
    tell(channel, "count"); // the old session is gone: phoenix.js finds that out
    await again.next();
    const { count } = await ask(channel, "count");
    assert.ok(count <= 2, "its state is fresh");
  },
);
