// A real Prometheus scrapes the server, and its series count what the clients did.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, connect, join, reply } from "./support/client.js";
import { Prometheus, check } from "./support/prometheus.js";
import { contractServer } from "./support/server.js";

const server = contractServer({ METRICS: "true" });
const prometheus = new Prometheus();
before(async () => {
  await server.start();
  await prometheus.start(server.url);
});
after(async () => {
  await prometheus.stop();
  await server.stop();
});

const page = async () => (await fetch(`${server.url}/metrics`)).text();

test("Prometheus has the counts: connections, joins, events, crashes", async (t) => {
  const socket = await connect(t, server);
  const channel = await join(socket, "conformance:metrics");
  for (let n = 0; n < 5; ++n) await ask(channel, "echo", { n });
  const refused = socket.channel("conformance:refused", { join: "error" });
  await reply(refused.join());
  refused.leave(); // or phoenix.js tries again, and again
  const crashed = await join(socket, "conformance:crash");
  const fell = new Promise((resolve) => crashed.onError(resolve));
  crashed.push("crash", {});
  await fell;
  crashed.leave();

  await prometheus.expect('up{job="phoenix"}', 1);
  await prometheus.expect("phoenix_channel_handle_in_duration_seconds_count", 5);
  await prometheus.expect('phoenix_channel_join_duration_seconds_count{result="error"} > bool 0', 1);
  await prometheus.expect("phoenix_process_crashes_total", 1);
  await prometheus.expect('phoenix_connections{protocol="websocket"}', 1);
  await prometheus.expect(
    'phoenix_socket_connect_duration_seconds_count{transport="websocket",result="ok"}',
    1,
  );
});

test("promtool accepts the page", async () => {
  assert.equal(check(await page()), "");
});

test("no series is labelled with a topic or a user", async () => {
  assert.doesNotMatch(await page(), /conformance:|users_socket/);
});
