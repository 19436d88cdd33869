// console.mjs: one bash, in which a page's commands run one after another, as a reader types them.
//
// A command that ends in ` &` runs on; its output goes to a file of its own. What was started is
// one process group, and ends with the console.

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const DONE = "\u0001done ";
const LOOK_AGAIN_MS = 20;
const GOODBYE_MS = 5_000;
/** The ports that pages name: servers' and a Redis'. */
const READERS_PORTS = [4000, 4001, 6379];
const NAMED = new RegExp(`(?<![\\d.])(?:${READERS_PORTS.join("|")})(?!\\d)`, "g");

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** For each port that pages name a free one. */
export async function freePorts() {
  const ports = new Map();
  for (const named of READERS_PORTS) {
    let port = await freePort();
    while ([...ports.values()].includes(port)) port = await freePort();
    ports.set(String(named), port);
  }
  return ports;
}

export class Console {
  /** A bash in `folder`; each port of the page is replaced by its own in `ports`. */
  constructor(folder, ports) {
    this.ports = ports;
    this.folder = mkdtempSync(join(tmpdir(), "phx-console-"));
    this.commands = 0;
    this.output = "";
    // make's variables for this program must not reach the makes inside.
    const { MAKEFLAGS, MFLAGS, MAKELEVEL, ...environment } = process.env;
    this.bash = spawn("bash", ["--noprofile", "--norc"], {
      cwd: folder,
      detached: true, // a process group of its own
      env: { ...environment, PORT: String(ports.get("4000")), TERM: "dumb" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    for (const stream of [this.bash.stdout, this.bash.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (this.output += text));
    }
    this.bash.stdin.on("error", () => {}); // bash has ended, and `ended` reports it
    this.ended = new Promise((resolve) => this.bash.on("close", () => resolve()));
    this.ended.then(() => (this.over = true));
  }

  /**
   * Runs a command to its end: {output, status}; status null: it took longer than `patience` ms.
   */
  async run(command, patience) {
    const script = this.script(command);
    this.output = "";
    this.bash.stdin.write(`{ . '${script}' </dev/null; } 2>&1; printf '${DONE}%d\\n' $?\n`);
    const deadline = Date.now() + patience;
    for (;;) {
      const at = this.output.indexOf(DONE);
      if (at >= 0 && this.output.endsWith("\n")) {
        const status = Number(this.output.slice(at + DONE.length));
        return { output: this.asRead(this.output.slice(0, at)), status };
      }
      if (this.over || Date.now() > deadline)
        return { output: this.asRead(this.output), status: null };
      await pause(LOOK_AGAIN_MS);
    }
  }

  /** Starts a background command; returns a function with its output so far. */
  start(command) {
    const script = this.script(command.replace(/\s*&\s*$/, ""));
    const log = script + ".log";
    writeFileSync(log, "");
    this.bash.stdin.write(`. '${script}' </dev/null >'${log}' 2>&1 &\n`);
    return () => this.asRead(readFileSync(log, "utf8"));
  }

  script(command) {
    const script = join(this.folder, String(++this.commands));
    writeFileSync(script, command.replace(NAMED, (named) => this.ports.get(named)) + "\n");
    return script;
  }

  asRead(output) {
    let read = output;
    for (const [named, port] of this.ports) read = read.replaceAll(String(port), named);
    return read;
  }

  /** Ends everything that was started, first by asking. */
  async close() {
    this.signal("SIGTERM");
    for (const deadline = Date.now() + GOODBYE_MS; this.lives();) {
      if (Date.now() > deadline) this.signal("SIGKILL");
      await pause(LOOK_AGAIN_MS);
    }
    await this.ended;
    rmSync(this.folder, { recursive: true });
  }

  signal(name) {
    try {
      process.kill(-this.bash.pid, name);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  }

  /** Whether any process of the group runs; zombies do not count. */
  lives() {
    return readdirSync("/proc").some((pid) => {
      const stat = /^\d+$/.test(pid) ? statOf(pid) : null;
      return stat !== null && stat.group === this.bash.pid && stat.state !== "Z";
    });
  }
}

/** State and group of a process; null if it does not exist. */
export function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state, group: Number(group) };
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ESRCH") return null; // it ended meanwhile
    throw error;
  }
}
