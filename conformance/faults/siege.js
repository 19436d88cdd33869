// One hostile client after the other, each with one kind of attack, beside well-behaved clients of
// every kind. Their waits are measured, with the attacker and without; none may see an error, miss
// a message, or wait for more than 100 ms.
//
//     node conformance/faults/siege.js [SECONDS for each] [a word of the attacks' names]

import { fork } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { setTimeout as nap } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { attacks } from "./support/attacks.js";
import { residentBytes } from "./support/metrics.js";
import { tended } from "../clients/support/children.js";
import { selfSigned } from "../clients/support/certificate.js";
import { Mailbox, PATIENCE_MS } from "../clients/support/deadline.js";
import { contractServer } from "../clients/support/server.js";

export const MOST_MS = 100;
const LATE_MS = 60_000; // for an attacker to end: 47 MB take 38 s at 10 Mbit/s
const MEGABYTE = 1_048_576;

/** The options of the servers under siege. The first has the library's own limits, the second the contract's. */
export const WAYS = {
  "the library's limits": {
    largest: 1_000_000,
    options: ["--max-frame-size", "1000000", "--message-rate", "1000", "--message-burst", "10000"].concat(
      ["--byte-rate", "1000000", "--byte-burst", "8000000"],
    ),
  },
  "the contract's limits": { largest: 7_900_000, options: [] },
};

const script = (name) => fileURLToPath(new URL(`support/${name}.js`, import.meta.url));

/** A program of ours beside this one. */
class Helper {
  #messages = new Mailbox("an answer of a helper");
  static async starts(t, name, ...args) {
    const helper = new Helper(tended(fork(script(name), args.map(String))));
    t.after(() => helper.child.kill());
    await helper.#messages.next();
    return helper;
  }
  constructor(child) {
    this.child = child;
    child.on("message", (message) => this.#messages.put(message));
    child.once("exit", () => this.#messages.put({ harmed: "a helper has died" }));
  }
  asks(message, ms = PATIENCE_MS) {
    this.child.send(message);
    return this.#messages.next(ms);
  }
}

/** How long each thread of a process has waited for a core so far, in ms. */
function waits(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const waited = (thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[1] / 1e6;
  return new Map(threads.map((thread) => [thread, waited(thread)]));
}

/** A server, and honest clients at it. */
export class Siege {
  static async lays(t, way, shards) {
    const siege = new Siege();
    const folder = mkdtempSync(path(tmpdir(), "phx-siege-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const [cert, key] = [path(folder, "cert.pem"), path(folder, "key.pem")];
    selfSigned(cert, key);
    const options = ["--shards", shards, "--log-level", "info", "--log-file", "/dev/null", "--cert", cert, "--key", key];
    siege.server = contractServer({}, { options: [...options, "--http-port", "0", ...WAYS[way].options] });
    await siege.server.start();
    t.after(() => siege.server.stop());
    siege.tls = siege.server.url;
    [, siege.url] = siege.server.output.match(/ and (http:\S+)/);
    siege.largest = WAYS[way].largest;
    siege.honest = await Helper.starts(t, "honest", siege.url);
    return siege;
  }

  /** Measures the honest clients alone. */
  peace(ms) {
    return this.#while(() => nap(ms));
  }

  /** Measures them during the attack. */
  async attack(name, ms) {
    const ends = [];
    const t = { after: (end) => ends.push(end) };
    const attacker = await Helper.starts(t, "attacker", this.url, this.tls, this.largest);
    const found = await this.#while(() =>
      attacker.asks({ name, ms }, ms + LATE_MS).catch((error) => ({ harmed: error.message })),
    );
    for (const end of ends) end();
    return found;
  }

  async #while(act) {
    await this.honest.asks("forget");
    const { pid } = this.server;
    const before = waits(pid);
    let most = 0;
    const looking = setInterval(() => (most = Math.max(most, residentBytes(pid))), 10);
    const { did = "", harmed } = (await act()) ?? {};
    const found = await this.honest.asks("report");
    clearInterval(looking);
    if (harmed) found.errors.push(harmed);
    const waited = [...waits(pid)].map(([thread, ms]) => ms - (before.get(thread) ?? 0));
    return { ...found, did, megabytes: most / MEGABYTE, waited: Math.max(...waited) };
  }
}

/** The slowest client's kind. */
function slowest({ kinds }) {
  const [kind, { max }] = Object.entries(kinds).sort(([, a], [, b]) => b.max - a.max)[0];
  return { kind, max };
}

/**
 * The faults of a measurement, in words. Time in which other processes kept this process, or a
 * thread of the server, from a core does not count.
 */
export function complaints(found) {
  const { kind, max } = slowest(found);
  const most = MOST_MS + found.lag + found.waited;
  return max > most ? [...found.errors, `${kind}: ${Math.round(max)} ms`] : found.errors;
}

const COLUMNS = ["trips", "p99 ms", "max ms", "lag ms", "waited", "MB"];
const row = (name, cells) => name.padEnd(58) + cells.map((cell) => String(cell).padStart(8)).join("");

function show(name, found) {
  const all = Object.values(found.kinds);
  const trips = all.reduce((sum, { count }) => sum + count, 0);
  const p99 = Math.max(...all.map(({ p99 }) => p99));
  const { kind, max } = slowest(found);
  const numbers = [p99, max, found.lag, found.waited, found.megabytes].map(Math.round);
  console.log(`${row(name, [trips, ...numbers])}  ${kind}; ${found.did}`);
  for (const complaint of new Set(complaints(found))) console.log(`    ${complaint}`);
}

async function main(seconds = "5", word = "") {
  const names = Object.keys(attacks).filter((name) => name.includes(word));
  let well = true;
  for (const way of Object.keys(WAYS)) {
    for (const shards of [1, 2]) {
      const ends = [];
      const siege = await Siege.lays({ after: (end) => ends.unshift(end) }, way, shards);
      console.log(`\n${row(`${way}, ${shards === 1 ? "one shard" : `${shards} shards`}`, COLUMNS)}  the slowest; the attack`);
      show("no attack", await siege.peace(seconds * 1_000));
      for (const name of names) {
        const found = await siege.attack(name, seconds * 1_000);
        show(name, found);
        well &&= complaints(found).length === 0;
      }
      for (const end of ends) await end();
    }
  }
  process.exitCode = well ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(...process.argv.slice(2));
