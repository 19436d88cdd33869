// growth.mjs: the page on a message's cost while one quantity grows.

import { bytes, caseOf, fixed, medianOf, origin, run, table, whole } from "./data.mjs";

const three = [["one shard", "a"], ["two shards", "b"], ["the floor", "c"]];
const kinds = [
  ["idle", "idle connections beside 100 that talk", "idle connections"],
  ["newcomers", "newcomers who connect, join and go, beside idle connections", "idle connections"],
  ["talkers", "connections that talk, W=1", "connections"],
  ["topics", "topics joined by each of 100 connections", "topics a connection"],
  ["subscribers", "subscribers of one topic, a delivery", "subscribers"],
  ["payload", "payload, 20 connections, W=1", "bytes"],
];

export const growthSeries = () =>
  kinds
    .map(([name, title, x]) => ({ found: run(name), name, title, x, servers: three }))
    .filter(({ found }) => found);

function section({ found, name, title, x, servers }) {
  const head = [x, ...servers.flatMap(([label]) => [`${label}: CPU µs`, "/s", "p99 µs"])];
  const rows = found.cases
    .filter((each) => each.series === name)
    .map((each) => [
      whole(each.x),
      ...servers.flatMap((_, i) => {
        const { cpu_us: cpu, figure, latency_us: latency } = medianOf(each, i);
        return [fixed(cpu), whole(figure), whole(latency?.p99)];
      }),
    ]);
  return `## ${title[0].toUpperCase()}${title.slice(1)}\n\n${table(head, rows)}\n\n${verdict(found, name)}${origin(found)}\n`;
}

/** How many times more the last point costs than the first, for us and for the floor. */
function verdict(found, name) {
  const own = found.cases.filter((each) => each.series === name);
  const factor = (server) => medianOf(own.at(-1), server).cpu_us / medianOf(own[0], server).cpu_us;
  if (name === "idle") {
    const found = factor(0) <= 1.15 ? "Idle connections do not make messages dearer" : "**Idle connections make messages dearer, which they must not**";
    return `${found}: from the first row to the last, one shard's CPU is multiplied by ${fixed(factor(0))}, the floor's by ${fixed(factor(2))}.\n\n`;
  }
  const why = name === "newcomers" ? " When a connection closes, libwebsockets walks the table of all of them: see [what gives way first](../../../docs/scale.md#what-gives-way-first)." : "";
  return `From the first row to the last, one shard's CPU is multiplied by ${fixed(factor(0))}, the floor's by ${fixed(factor(2))}.${why}\n\n`;
}

function memory() {
  const found = run("memory");
  if (!found) return "";
  const rows = found.cases.map((each) => [
    each.series === "memory-topics" ? `${each.x} ${each.x === 1 ? "topic" : "topics"} a connection` : `${whole(each.x)} connections, one topic each`,
    bytes(medianOf(each, 0).figure), bytes(medianOf(each, 1).figure), bytes(medianOf(each, 0).kernel_bytes),
  ]);
  return `## Memory of an idle connection\n\n${table(["", "ours", "the floor", "in the kernel, in addition"], rows)}\n\n${origin(found)}\n`;
}

function shards() {
  const found = run("shards");
  const each = caseOf(found, "burn");
  if (!each) return "";
  const rate = [0, 1].map((i) => medianOf(each, i).figure);
  const busy = (medianOf(each, 1).client_busy * 100).toFixed(1);
  return `## Two shards on two cores\n\nEach message burns about 0.4 ms of a processor (\`burn\`). One shard answers ${whole(rate[0])} a second, two answer ${whole(rate[1])}: **×${fixed(rate[1] / rate[0])}**. The load client used ${busy} % of a core.\n\n${origin(found)}\n`;
}

export const growthPage = () =>
  `# What a message costs as load grows

Tables and plots of CPU and latency as connections, topics, subscribers and payloads grow. \`make growth\` writes this page from
the figures in \`figures/\`; don't edit it by hand. CPU is the server's, in microseconds a message (or a delivery). The
floor is the bare server of [README.md](README.md#the-floor): a cost that grows there as well comes from the kernel or
the processor's caches, not from us. All share two cores with the load client, so two shards have no core to
themselves: compare their CPU, not their rate.

![Six plots of CPU a message, over idle connections, with newcomers beside them, over talking connections, topics, subscribers and payload](growth.svg)

${[...growthSeries().map(section), memory(), shards()].filter(Boolean).join("\n")}`;
