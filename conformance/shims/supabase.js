// A shim for @supabase/realtime-js, as far as it is a client of Channels. Its own channels are an
// application's: they prefix each topic with `realtime:` and put a configuration into each join. So
// its RealtimeClient makes the connection, and the channels are those of the fork of phoenix.js
// beneath it, which carry them.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { drive, load } from "./drive.js";

const require = createRequire(new URL("../clients/package.json", import.meta.url));
const folder = new URL("../clients/node_modules/@supabase/realtime-js/", import.meta.url);
const { RealtimeClient } = require("@supabase/realtime-js");
const { Presence } = createRequire(folder)("@supabase/phoenix");
const { version } = JSON.parse(readFileSync(new URL("package.json", folder)));
const { window, WebSocket } = load("newest");

/** The fork's Socket, as RealtimeClient makes it. */
function Socket(url, { transport, params, timeout, heartbeatIntervalMs, reconnectAfterMs }) {
  const asked = typeof params === "function" ? params() : params; // it takes no function
  const client = new RealtimeClient(url, {
    transport,
    vsn: "2.0.0",
    params: { apikey: "anon", ...asked },
    ...(timeout && { timeout }),
    ...(heartbeatIntervalMs && { heartbeatIntervalMs }),
    ...(reconnectAfterMs && { reconnectAfterMs }),
  });
  return client.socketAdapter.getSocket();
}

drive({
  Socket,
  Presence,
  WebSocket,
  window,
  client: "@supabase/realtime-js",
  version,
  lacks: {
    binary: "bytes go in broadcasts only, by a convention of its own",
    token: "its token goes into each join's payload, by a convention of its own",
    fallback: "it passes no such option to the fork of phoenix.js beneath it",
  },
  fixed: { rejoin_ms: 1_000 },
});
