// The prepared conversations: what there is to see, each as the frames that show it.

import { hex } from "./hops.js";

const json = (...parts) => JSON.stringify(parts);

/** `hex: …` of a binary push: its kind, four sizes, four names, and the data. */
function binary(names, data) {
  const bytes = new TextEncoder();
  const parts = names.map((name) => bytes.encode(name));
  return `hex: ${hex([0, ...parts.map((part) => part.length), ...parts.flatMap((part) => [...part]), ...data])}`;
}

const LOBBY = json("1", "1", "bench:lobby", "phx_join", {});
/** Each prepared conversation: its name, and its frames. The address chooses one with `show=NAME`. */
export const PREPARED = {
  heartbeat: [json(null, "1", "phoenix", "heartbeat", {})],
  join: [LOBBY],
  "refused join": [json("1", "1", "bench:closed", "phx_join", {})],
  "join that crashes": [json("1", "1", "bench:broken", "phx_join", {})],
  "topic without a channel": [json("1", "1", "elsewhere", "phx_join", {})],
  reply: [LOBBY, json("1", "2", "bench:lobby", "echo", { body: "hello" })],
  broadcast: [LOBBY, json("1", "2", "bench:lobby", "say", { body: "hello" })],
  intercept: [LOBBY, json("1", "2", "bench:lobby", "whisper", { body: "hush" })],
  "late reply": [LOBBY, json("1", "2", "bench:lobby", "later", {})],
  worker: [LOBBY, json("1", "2", "bench:lobby", "think", { body: "hm" })],
  bytes: [LOBBY, binary(["1", "2", "bench:lobby", "echo"], [1, 2, 250])],
  crash: [LOBBY, json("1", "2", "bench:lobby", "crash", {})],
  secret: [LOBBY, json("1", "2", "bench:lobby", "echo", { password: "open sesame" })],
  leave: [LOBBY, json("1", "2", "bench:lobby", "phx_leave", {})],
  "broken JSON": ['["1","2","bench:lobby"'],
  "not a message": ['{"topic":"bench:lobby"}'],
  "broken bytes": ["hex: 07 ff"],
};
