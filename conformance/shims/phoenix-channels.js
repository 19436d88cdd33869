// A shim for phoenix-channels (npm), a fork of phoenix.js 1.2 for Node. It speaks version 1 of the
// wire over a websocket of its own, so nothing here stands in for a browser.

import { createRequire } from "node:module";
import { drive } from "./drive.js";

const require = createRequire(new URL("../clients/package.json", import.meta.url));
const { Socket, Presence } = require("phoenix-channels");
const { version } = require("phoenix-channels/package.json");

drive({
  Socket,
  Presence,
  client: "phoenix-channels",
  version,
  lacks: {
    binary: "it sends and takes text only",
    token: "it has no auth token",
    fallback: "it has websockets only",
  },
  // One table for both waits, so the shim leaves it alone: a short reconnect would also be a short rejoin.
  fixed: { reconnect_ms: 1_000, rejoin_ms: 1_000 },
});
