// Runs as a process of its own: the hostile client for siege.js, for as long as it says.

import { attacks } from "./attacks.js";

const [url, tls, largest] = process.argv.slice(2);
const server = { url, tls, from: "127.0.0.2" }; // it has an address of its own

process.on("message", async ({ name, ms }) => {
  let until = 0;
  const ends = [];
  const t = {
    server,
    largest: Number(largest),
    after: (end) => ends.push(end),
    /** The time starts. */
    begin: () => (until = performance.now() + ms),
    over: () => performance.now() > until,
  };
  t.begin();
  try {
    process.send({ did: await attacks[name](t) });
  } catch (error) {
    process.send({ harmed: error.message });
  }
  for (const end of ends) end();
});
process.on("disconnect", () => process.exit());
process.send({ ready: true });
