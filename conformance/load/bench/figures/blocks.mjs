// blocks.mjs: the tables of README.md and docs/scale.md, by name.

import { bytes, caseOf, fixed, medianOf, origin, origins, run, table, whole } from "./data.mjs";
import { lastKept } from "./plots.mjs";

// The goals on one shard: a message's CPU against the floor's, and Phoenix's CPU against ours.
const goals = [
  ["echo", "echo, W=1", "1.15", "×5"],
  ["echo16", "echo, W=16", "1.25", "×20"],
  ["echo1k", "echo 1,000 B, W=4", "1.2", "×14"],
  ["fanout", "broadcast to 1,000", "1.0", "×6"],
  ["connect", "connect + join", "1.3", "×5"],
  ["memory", "memory, idle joined connection", "2 kB", "×10 less"],
  ["latency10k", "10,000 idle, 5,000 msg/s", "p50 60 µs, p99 200 µs", "–"],
];
const titleOf = (name) => goals.find(([each]) => each === name)[1];
const both = () => [run("floor-speed"), run("floor-rest")].filter(Boolean);
const found = (name) => both().map((each) => caseOf(each, name)).find(Boolean);

/** Ours and the floor in one run, which can be measured at any time. */
function standing() {
  const rows = goals.map(([name, title, goal]) => {
    const [ours, floor] = [0, 1].map((i) => medianOf(found(name), i));
    const price = `${fixed(ours.cpu_us)} to ${fixed(floor.cpu_us)} µs: ${fixed(ours.cpu_us / floor.cpu_us)}`;
    if (name === "memory") return [title, goal, `${bytes(ours.figure)} to ${bytes(floor.figure)}`];
    if (name !== "latency10k") return [title, goal, price];
    const { p50, p99 } = ours.latency_us;
    return [title, goal, `p50 ${whole(p50)} µs, p99 ${whole(p99)} µs`];
  });
  return `${table(["case", "goal", "ours to the floor's"], rows)}\n\n${origins(both())}`;
}

/**
 * Phoenix and ours: measured once, with a program that this repository does not have. So the
 * figures are quoted, and only those of that run are divided by each other.
 */
function besidePhoenix() {
  const { date, conditions, servers, cases, memory_kb: memory } = run("beside-phoenix");
  const rows = cases.map(({ case: name, rate, cpu_us: cpu, to }) => [
    titleOf(name), `${whole(rate.phoenix)} /s`, `${whole(rate.ours)} /s`,
    cpu.phoenix, cpu.ours, cpu.raw, cpu.floor,
    `×${fixed(to.phoenix, 1)}`, goals.find(([each]) => each === name)[3], fixed(to.floor),
  ]);
  const [least, most] = memory.phoenix;
  rows.push([titleOf("memory"), "", "", `${least} to ${most} kB`, `${memory.ours} kB`, `${memory.raw} kB`, "–",
    `×${whole(least / memory.ours)} less`, goals.find(([each]) => each === "memory")[3], "–"]);
  const head = ["case", "Phoenix", "ours", "CPU µs: Phoenix", "ours", "lws raw", "floor", "Phoenix to ours", "goal", "ours to the floor"];
  return `${table(head, rows)}\n\n${date}. ${conditions} *Phoenix* is ${servers.phoenix}; *lws raw* is ${servers.raw}; *floor* is ${servers.floor}.`;
}

function serializer() {
  const data = run("serializer");
  const time = (name, size) => {
    const each = data.benchmarks.find((one) => one.name === `${name}/${size}`);
    return each && whole(each.cpu_time * { ns: 1, us: 1e3, ms: 1e6 }[each.time_unit]);
  };
  const rows = [["scan", "scan: grammar, UTF-8, places"], ["decode", "decode to a message"], ["encode", "encode a reply"],
    ["echo", "decode and encode"], ["jansson_parse", "Jansson, to a tree"], ["jansson_echo", "Jansson, to a tree and back"]]
    .map(([name, title]) => [title, ...[100, 1_000, 1_000_000].map((size) => time(name, size))]);
  const { date, num_cpus: cpus, mhz_per_cpu: mhz } = data.context;
  return `${table(["nanoseconds", "100 B", "1 kB", "1 MB"], rows)}\n\n${date.slice(0, 10)}, ${cpus} processors at ${mhz} MHz.`;
}

/** The prices that docs/scale.md calculates with. */
function basis() {
  const memory = run("memory");
  const at = (name, key) => medianOf(caseOf(memory, name), 0)[key];
  const connection = at("memory-connections-10000", "figure");
  return {
    connection,
    topic: (at("memory-topics-100", "figure") - at("memory-topics-1", "figure")) / 99,
    kernel: at("memory-connections-10000", "kernel_bytes"),
    echo: medianOf(found("echo"), 0).cpu_us,
    delivery: medianOf(found("fanout"), 0).cpu_us,
    join: medianOf(found("connect"), 0).cpu_us,
    heartbeat: medianOf(found("heartbeat"), 0).cpu_us,
    crowded: medianOf(caseOf(run("talkers"), "talkers-10000"), 0).cpu_us,
    memory,
  };
}

function scaleBasis() {
  const b = basis();
  return `${table(["what", "price", "from"], [
    ["an idle connection, one topic", `${whole(b.connection)} B of ours`, "`memory-connections-10000`"],
    ["each further topic", `${whole(b.topic)} B of ours`, "(`memory-topics-100` − `memory-topics-1`) / 99"],
    ["the same connection in the kernel", `${whole(b.kernel)} B`, "`memory-connections-10000`"],
    ["connect and join", `${fixed(b.join, 1)} µs`, "`connect`"],
    ["a heartbeat", `${fixed(b.heartbeat)} µs`, "`heartbeat`, 100 connections"],
    ["a message and its reply", `${fixed(b.echo)} µs`, "`echo`, 100 connections"],
    ["the same among 10,000 active connections", `${fixed(b.crowded)} µs`, "`talkers-10000`"],
    ["a delivery of a broadcast to 1,000", `${fixed(b.delivery)} µs`, "`fanout`"],
  ])}\n\n${origin(b.memory)}`;
}

function scaleSizes() {
  const b = basis();
  const row = (count) => {
    const beats = count / 30;
    return [whole(count), bytes(count * b.connection), bytes(count * b.kernel), bytes(count * (b.connection + b.kernel)),
      `${whole(beats)} /s`, `${fixed((beats * b.crowded) / 1e6)} cores`, `${fixed((count * b.join) / 1e6, 1)} s of a core`];
  };
  return table(["connections", "our memory", "the kernel's", "total", "heartbeats", "their cost", "all reconnect"],
    [10_000, 100_000, 1_000_000].map(row));
}

function scaleRates() {
  const b = basis();
  const rate = (price) => `${whole(1e6 / price)} /s`;
  return table(["one shard, its core full", "at most"], [
    ["messages with a reply, few connections", rate(b.echo)],
    ["messages with a reply, 10,000 connections", rate(b.crowded)],
    ["deliveries of broadcasts", rate(b.delivery)],
    ["connects with a join", rate(b.join)],
  ]);
}

function load() {
  const data = run("load");
  const each = lastKept(data, 0);
  const { latency_us: l, client_busy: busy } = medianOf(each, 0);
  return `The highest rate that the server kept up with was ${whole(each.x)} messages a second (p50 ${whole(l.p50)} µs, p99 ${whole(l.p99)} µs); the load client then used ${whole(busy * 100)} % of a core. ${origin(data)}`;
}

const prices = ["memory", "talkers", "floor-speed", "floor-rest"];

/** Each block's text, and the figures that it needs. */
export const blocks = {
  standing: { from: ["floor-speed", "floor-rest"], text: standing },
  "beside-phoenix": { from: ["beside-phoenix"], text: besidePhoenix },
  serializer: { from: ["serializer"], text: serializer },
  load: { from: ["load"], text: load },
  "scale-basis": { from: prices, text: scaleBasis },
  "scale-sizes": { from: prices, text: scaleSizes },
  "scale-rates": { from: prices, text: scaleRates },
};
