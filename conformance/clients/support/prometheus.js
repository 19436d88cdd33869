// A real Prometheus, which scrapes one server until it is stopped.

import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { start } from "./children.js";
import { freePort } from "./port.js";

const PATIENCE_MS = 30_000; // its start, a scrape, and a busy machine
const STOP_MS = 10_000;
const LOOK_MS = 100; // between two questions to its API

/** The output of `promtool check metrics` for the page: empty if it is correct. */
export const check = (page) => {
  const { status, stdout, stderr, error } = spawnSync("promtool", ["check", "metrics"], {
    input: page,
    encoding: "utf8",
  });
  if (error) throw new Error(`promtool does not start (${error.code}): is prometheus installed?`);
  return status === 0 && !stderr ? "" : stdout + stderr;
};

export class Prometheus {
  #process = null;
  #folder = null;
  #url = null;
  #output = "";

  /** Starts it on a free port, with its storage in a folder of its own; it scrapes `target`. */
  async start(target) {
    this.#folder = await mkdtemp(join(tmpdir(), "phx-prometheus-"));
    const config = join(this.#folder, "prometheus.yml");
    await writeFile(
      config,
      JSON.stringify({
        global: { scrape_interval: "1s", scrape_timeout: "1s" },
        scrape_configs: [
          { job_name: "phoenix", static_configs: [{ targets: [new URL(target).host] }] },
        ],
      }), // JSON is valid YAML
    );
    const address = `127.0.0.1:${await freePort()}`;
    this.#url = `http://${address}`;
    this.#process = start("prometheus", [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(this.#folder, "data")}`,
      `--web.listen-address=${address}`,
    ]);
    this.#process.on("error", ({ code }) => {
      this.#output += `it does not start (${code}): is it installed?`;
    });
    this.#process.stderr.setEncoding("utf8").on("data", (text) => {
      this.#output = (this.#output + text).slice(-4_000);
    });
  }

  /** Waits until the query's one series has this value. */
  async expect(query, value) {
    const deadline = Date.now() + PATIENCE_MS;
    for (let seen = "no answer"; ; await pause(LOOK_MS)) {
      try {
        const answer = await fetch(`${this.#url}/api/v1/query?query=${encodeURIComponent(query)}`);
        const { data } = await answer.json();
        if (data.result.length === 1 && Number(data.result[0].value[1]) === value) return;
        seen = JSON.stringify(data.result);
      } catch (error) {
        seen = `no answer (${error.cause?.code ?? error.message})`;
      }
      if (Date.now() > deadline || this.#process.exitCode !== null) {
        throw new Error(`expected ${query} to be ${value}, got ${seen}; it said: ${this.#output}`);
      }
    }
  }

  async stop() {
    if (this.#process?.exitCode === null && this.#process.pid) {
      const exited = once(this.#process, "exit");
      this.#process.kill("SIGTERM");
      const impatience = setTimeout(() => this.#process.kill("SIGKILL"), STOP_MS);
      await exited;
      clearTimeout(impatience);
    }
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }
}
