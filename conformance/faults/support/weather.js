// Two network namespaces with a bad network between them: a server in one, clients in the other.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { start } from "../../clients/support/children.js";
import { PATIENCE_MS, within } from "../../clients/support/deadline.js";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
const PROGRAM = process.env.WEATHER || `${REPOSITORY}build/plain/phx-weather`;

const LONG_MS = 2 * PATIENCE_MS; // the bad network is slow

const ip = (...args) => execFileSync("ip", args, { stdio: ["ignore", "pipe", "pipe"] });

/** Why this machine can't simulate it; false if it can. */
export function noWeather() {
  const name = `phx-probe-${process.pid}`;
  try {
    ip("netns", "add", name);
  } catch (error) {
    return `not run: no network namespace can be made here: ${(error.stderr || error.message).toString().trim()}`;
  }
  try {
    ip("-n", name, "tuntap", "add", "probe", "mode", "tun");
    return false;
  } catch (error) {
    return `not run: no TUN device can be made here: ${(error.stderr || error.message).toString().trim()}`;
  } finally {
    ip("netns", "del", name);
  }
}

export class Weather {
  #blowing = null;
  #travelling = [];
  /** The server's namespace and address. */
  inside = { name: `phx-server-${process.pid}`, address: "10.77.0.1" };
  /** The clients'. */
  outside = { name: `phx-clients-${process.pid}`, address: "10.77.0.2" };

  /** Starts; `options` are phx-weather's own. Ends with the test `t`. */
  static async begins(t, ...options) {
    const weather = new Weather();
    const ends = [weather.inside, weather.outside];
    t.after(async () => {
      for (const child of weather.#travelling) child.kill();
      await weather.calms();
      for (const { name } of ends) ip("netns", "del", name);
    });
    for (const { name, address } of ends) {
      ip("netns", "add", name);
      const inside = (...args) => ip("-n", name, ...args);
      inside("link", "set", "lo", "up");
      inside("tuntap", "add", "weather", "mode", "tun");
      inside("addr", "add", `${address}/24`, "dev", "weather");
      inside("link", "set", "weather", "up");
    }
    await weather.blows(...options);
    return weather;
  }

  /** Changes it; packets under way are lost. */
  async blows(...options) {
    await this.calms();
    const ends = [this.inside.name, this.outside.name];
    this.#blowing = start(PROGRAM, [...options.map(String), ...ends], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await within(PATIENCE_MS, "the weather to begin", once(this.#blowing.stdout, "data"));
  }

  /** Nothing gets through any more, and no side is notified. */
  async calms() {
    if (!this.#blowing || this.#blowing.exitCode !== null) return;
    const ended = once(this.#blowing, "exit");
    this.#blowing.kill();
    await within(PATIENCE_MS, "the weather to calm", ended);
    this.#blowing = null;
  }

  /** The prefix of a command that runs in the server's namespace. */
  get atTheServer() {
    return ["ip", "netns", "exec", this.inside.name];
  }

  /** Runs travellers.js in the clients' namespace; see Travellers. */
  async travellers(url) {
    const script = fileURLToPath(new URL("travellers.js", import.meta.url));
    const command = ["netns", "exec", this.outside.name, process.execPath, script, url];
    const child = spawn("ip", command, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#travelling.push(child);
    return new Travellers(child);
  }
}

/** Clients in another process, which does what its methods' names say and reports the outcome. */
export class Travellers {
  #child;

  constructor(child) {
    this.#child = child;
    for (const name of ["gather", "talk", "notice", "return"]) {
      this[name] = (...args) => this.#does(name, args);
    }
  }

  async #does(name, args) {
    this.#child.send({ name, args });
    const told = once(this.#child, "message");
    const died = once(this.#child, "exit").then(([code]) => [
      { error: `the clients exited with ${code}` },
    ]);
    const [{ error, result }] = await within(
      LONG_MS,
      `the clients to ${name}`,
      Promise.race([told, died]),
    );
    if (error) throw new Error(`the clients could not ${name}: ${error}`);
    return result;
  }
}
