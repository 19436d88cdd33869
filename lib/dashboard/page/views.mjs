// The six views: each builds its part of the page once, and refreshes it each second.

import { ask } from "./api.mjs";
import { bytes, count, micros, millis, nanos, plot, SECONDS } from "./plot.mjs";
import { table } from "./table.mjs";

const element = (html) => {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
};
const words = (name) => name.replaceAll("_", " ");

function list(title, entries) {
  const box = element(`<section class="plot"><h3></h3><dl></dl></section>`);
  box.querySelector("h3").textContent = title;
  fillList(box.querySelector("dl"), entries);
  return box;
}
function fillList(dl, entries) {
  dl.replaceChildren(
    ...entries.flatMap(([name, text]) => {
      const dt = document.createElement("dt");
      const dd = document.createElement("dd");
      dt.textContent = name;
      dd.textContent = text;
      return [dt, dd];
    }),
  );
}

// --- Overview -------------------------------------------------------------------------------------

let seconds = []; // kept while other views are shown

export function overview(main) {
  const plots = [
    plot("Connections", ["connections"], count),
    plot("Channels", ["channels"], count),
    plot("Processes", ["processes"], count),
    plot("Messages in, frames out, a second", ["messages_in", "frames_out"], count),
    plot("Bytes in, bytes out, a second", ["bytes_in", "bytes_out"], bytes),
    plot("Handlers: p50, p99", ["p50", "p99"], micros),
    plot("Memory", ["memory"], bytes),
    plot("In mailboxes, unsent", ["mailbox_bytes", "unsent_bytes"], bytes),
    plot("Joins a second", ["joins"], count),
    plot("Limits reached a second", ["limits"], count),
    plot("Faults a second", ["faults"], count),
  ];
  const grid = element('<div class="plots"></div>');
  grid.append(...plots.map((one) => one.box));
  const figures = element('<div class="figures"></div>');
  main.append(grid, figures);
  return async () => {
    const after = seconds.at(-1)?.number ?? 0;
    const { seconds: more, totals, faults, limits, memory_limit } = await ask("overview", { after });
    // A server that was started again counts from 1 again.
    if (more.length > 0 && more[0].number <= after) seconds = [];
    seconds = [...seconds, ...more].slice(-SECONDS);
    // A second in which nothing was handled has no percentile.
    const drawn = seconds.map((second) => (second.handled > 0 ? second : { ...second, p50: undefined, p99: undefined }));
    for (const one of plots) one.draw(drawn);
    plots.at(-1).box.classList.toggle("bad", (seconds.at(-1)?.faults ?? 0) > 0);
    const occurred = (counts) => {
      const entries = Object.entries(counts).filter(([, times]) => times > 0);
      return entries.length > 0 ? entries.map(([name, times]) => [words(name), count(times)]) : [["none", ""]];
    };
    figures.replaceChildren(
      list("Processes by kind", Object.entries(totals.kinds).map(([kind, n]) => [kind, count(n)])),
      list("Memory by owner", [
        ["whole process", `${bytes(seconds.at(-1)?.memory ?? 0)} of ${bytes(memory_limit)}`],
        ["mailboxes", bytes(totals.mailbox_bytes)],
        ["waits for clients to read", bytes(totals.unsent_bytes)],
      ]),
      list("Limits reached since the start", occurred(limits)),
      list("Faults since the start", occurred(faults)),
    );
  };
}

// --- Processes ------------------------------------------------------------------------------------

const heat = (key, warm, hot) => (row) => (row[key] >= hot ? "hot" : row[key] >= warm ? "warm" : "");
const PROCESS_COLUMNS = [
  { key: "pid", label: "Process", text: (row) => row.pid, className: "pid" },
  { key: "kind", label: "Kind", text: (row) => row.kind, textual: true },
  { key: "topic", label: "Topic or name", text: (row) => row.topic || row.name, textual: true },
  { key: "mailbox", label: "Mail", text: (row) => count(row.mailbox), heat: heat("mailbox", 100, 1000) },
  { key: "mailbox_bytes", label: "Mail bytes", text: (row) => bytes(row.mailbox_bytes), wide: true },
  { key: "unsent_bytes", label: "Unsent", text: (row) => bytes(row.unsent_bytes), heat: heat("unsent_bytes", 65_536, 1 << 20) },
  { key: "turns", label: "Turns", text: (row) => count(row.turns) },
  { key: "used", label: "Time used", text: (row) => millis(row.used) },
  { key: "load", label: "Load", text: (row) => `${(row.load / 10).toFixed(1)} %`, wide: true, heat: heat("load", 200, 500) },
  { key: "longest", label: "Longest turn", text: (row) => millis(row.longest), heat: heat("longest", 50, 100) },
  { key: "monitors", label: "Monitors", text: (row) => count(row.monitors), wide: true },
  { key: "children", label: "Children", text: (row) => count(row.children), wide: true },
  { key: "age", label: "Age", text: (row) => millis(row.age) },
].map((column) => ({ ...column, sortable: true }));

export function processes(main, { showProcess, refresh }) {
  let sort = "mailbox";
  let ascending = false;
  const opened = new Set();
  const form = element(
    `<form class="filter" role="search"><label>Kind, name or topic <input type="search" name="text"></label>
     <label><input type="checkbox" name="tree" checked> as a tree</label></form>`,
  );
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", refresh);
  const view = table("Processes", PROCESS_COLUMNS, {
    sort(key) {
      ascending = key === sort ? !ascending : ["pid", "kind", "topic"].includes(key); // words begin with A, numbers with the largest
      sort = key;
      refresh();
    },
    open: (row) => showProcess(row.pid),
    twist(row) {
      if (!opened.delete(row.pid)) opened.add(row.pid);
      refresh();
    },
  });
  main.append(form, view.element);

  const fetchRows = async (parent) =>
    ask("processes", { sort, order: ascending ? "asc" : "desc", top: parent === "" ? 100 : 50, text: form.text.value, parent });
  // Rows below an opened one follow it. A filter shows what matches, wherever it is.
  const below = async (rows, level) => {
    const all = [];
    for (const row of rows) {
      const isOpen = opened.has(row.pid) && row.children > 0;
      all.push({ ...row, level, twisty: row.children > 0, opened: isOpen });
      if (isOpen) all.push(...(await below((await fetchRows(row.pid)).processes, level + 1)));
    }
    return all;
  };
  return async () => {
    const asTree = form.tree.checked && form.text.value === "";
    const { processes: rows, totals } = await fetchRows(asTree ? "root" : "");
    const shown = asTree ? await below(rows, 1) : rows.map((row) => ({ ...row, level: 1, twisty: false, opened: false }));
    view.sorted(sort, ascending);
    view.show(shown, (row) => row.pid, `${shown.length} of ${count(totals.processes)} processes`);
  };
}

// --- Topics ---------------------------------------------------------------------------------------

export function topics(main, { refresh }) {
  let sort = "members";
  let ascending = false;
  let before = { at: 0, broadcasts: new Map() };
  const form = element('<form class="filter" role="search"><label>Topic <input type="search" name="text"></label></form>');
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", refresh);
  const columns = [
    { key: "topic", label: "Topic", text: (row) => row.topic, textual: true },
    { key: "members", label: "Members", text: (row) => count(row.members), sortable: true },
    { key: "present", label: "Present", text: (row) => (row.present === undefined ? "–" : count(row.present)) },
    { key: "rate", label: "Broadcasts a second", text: (row) => (row.rate === undefined ? "–" : row.rate.toFixed(1)) },
    { key: "broadcasts", label: "Broadcasts", text: (row) => count(row.broadcasts), sortable: true },
    { key: "deliveries", label: "Deliveries", text: (row) => count(row.deliveries), sortable: true, wide: true },
    { key: "fan", label: "Fan-out", text: (row) => (row.broadcasts > 0 ? (row.deliveries / row.broadcasts).toFixed(1) : "–") },
    { key: "shards", label: "Shards", text: (row) => count(row.shards), wide: true },
  ];
  const view = table("Topics", columns, {
    sort(key) {
      ascending = key === sort ? !ascending : false;
      sort = key;
      refresh();
    },
  });
  main.append(form, view.element);
  return async () => {
    const { topics: rows } = await ask("topics", { sort, order: ascending ? "asc" : "desc", top: 100, text: form.text.value });
    const at = performance.now();
    for (const row of rows) {
      const earlier = before.broadcasts.get(row.topic);
      if (earlier !== undefined && row.broadcasts >= earlier) row.rate = ((row.broadcasts - earlier) * 1000) / (at - before.at);
    }
    before = { at, broadcasts: new Map(rows.map((row) => [row.topic, row.broadcasts])) };
    view.sorted(sort, ascending);
    view.show(rows, (row) => row.topic, `The first ${rows.length} topics`);
  };
}

// --- Nodes ----------------------------------------------------------------------------------------

export function nodes(main) {
  const others = table(
    "Other nodes, as Presence hears of them",
    [
      { label: "Node", text: (row) => row.name, textual: true },
      { label: "State", text: (row) => (row.up ? "up" : "down"), heat: (row) => (row.up ? "" : "hot") },
      { label: "Last heard", text: (row) => `${millis(row.heard_ms_ago)} ago` },
      { label: "Clock", text: (row) => count(row.clock) },
    ],
    {},
  );
  const links = table(
    "Connections to Redis",
    [
      { label: "Role", text: (row) => row.role, textual: true },
      { label: "State", text: (row) => (row.up ? "up" : "down"), heat: (row) => (row.up ? "" : "hot") },
      { label: "Where, or why not", text: (row) => row.where, textual: true },
      { label: "For", text: (row) => millis(row.for_ms) },
    ],
    {},
  );
  const note = element('<p class="note"></p>');
  main.append(note, links.element, others.element);
  return async () => {
    const { nodes: all, redis, redis_delay_us } = await ask("nodes");
    note.textContent =
      redis.length === 0
        ? "This node is alone: no Redis is set."
        : `Redis took ${micros(redis_delay_us)} for the last message that was timed.`;
    links.show(redis, (row) => row.role);
    others.show(all, (row) => row.name);
  };
}

// --- Limits ---------------------------------------------------------------------------------------

const inUnit = (unit, n) => (unit === "bytes" ? bytes(n) : unit === "ms" ? millis(n) : count(n));
const share = (row) => (row.measured === undefined || row.value === 0 ? undefined : row.measured / row.value);

export function limits(main) {
  const view = table(
    "Limits, with the option that sets each",
    [
      { label: "Option", text: (row) => `--${row.option}`, textual: true },
      { label: "Value", text: (row) => (row.value === 0 ? "no limit" : inUnit(row.unit, row.value)) },
      { label: "Now", text: (row) => (row.measured === undefined ? "–" : inUnit(row.unit, row.measured)) },
      {
        label: "How near",
        text: (row) => (share(row) === undefined ? "–" : `${Math.round(share(row) * 100)} %`),
        heat: (row) => (share(row) >= 0.9 ? "hot" : share(row) >= 0.7 ? "warm" : ""),
      },
      {
        label: "Reached",
        text: (row) => (row.reached === undefined ? "–" : `${count(row.reached)} times`),
        heat: (row) => (row.reached > 0 ? "warm" : ""),
      },
      { label: "What it limits", text: (row) => row.help, textual: true, wide: true },
    ],
    {},
  );
  main.append(view.element);
  return async () => {
    const { limits: rows } = await ask("limits");
    rows.sort((a, b) => (share(b) ?? -1) - (share(a) ?? -1) || (b.reached ?? 0) - (a.reached ?? 0));
    view.show(rows, (row) => row.option);
  };
}

// --- Log ------------------------------------------------------------------------------------------

const MAX_LINES = 500;

export function log(main, { refresh }) {
  let last = 0;
  const form = element(
    `<form class="filter" role="search"><label>Level <select name="level"><option>debug<option selected>info<option>warn
     <option>error</select></label><label>Text <input type="search" name="text"></label></form>`,
  );
  const lines = element('<ol class="lines" tabindex="0" aria-label="Lines of the log, the newest last"></ol>');
  const again = () => {
    last = 0;
    lines.replaceChildren();
    refresh();
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", again);
  main.append(form, lines);
  return async () => {
    const asked = `${form.level.value} ${form.text.value}`;
    const { lines: more, last: newest } = await ask("log", { after: last, level: form.level.value, text: form.text.value });
    if (asked !== `${form.level.value} ${form.text.value}`) return; // the filter was changed meanwhile
    if (newest < last) return again(); // the server was started again
    last = newest;
    const atEnd = lines.scrollTop + lines.clientHeight >= lines.scrollHeight - 20;
    for (const line of more) {
      const li = element(`<li><time></time> <span class="level"></span> <span class="text"></span></li>`);
      li.className = line.level;
      const at = new Date(line.time);
      li.querySelector("time").textContent = at.toTimeString().slice(0, 8);
      li.querySelector("time").dateTime = at.toISOString();
      li.querySelector(".level").textContent = line.level;
      li.querySelector(".text").textContent = line.text;
      lines.append(li);
    }
    while (lines.childElementCount > MAX_LINES) lines.firstElementChild.remove();
    if (atEnd) lines.scrollTop = lines.scrollHeight;
  };
}

// --- One process ----------------------------------------------------------------------------------

export async function fillProcess(dialog, pid) {
  const row = await ask(`processes/${pid}`);
  dialog.querySelector("h2").textContent = `${row.kind} ${row.pid}`;
  fillList(dialog.querySelector("dl"), [
    ["Name", row.name],
    ["Topic", row.topic || "–"],
    ["Parent", row.parent ?? "–"],
    ["Does", row.working ? "its handler runs on a worker thread" : row.awaiting ? "waits for one message" : "handles its mail"],
    ["Mail", `${count(row.mailbox)} messages, ${bytes(row.mailbox_bytes)}`],
    ["Waits for the client to read", bytes(row.unsent_bytes)],
    ["Turns", `${count(row.turns)}, ${millis(row.used)} in all, the longest ${millis(row.longest)}`],
    ["Monitors", count(row.monitors)],
    ["Children", `${count(row.children)} ${row.first_children.slice(0, 10).join(", ")}`],
    ["Network", row.network || "–"],
    ["Age", millis(row.age)],
  ]);
  const mail = Object.entries(row.mail).map(([type, n]) => {
    const li = document.createElement("li");
    li.textContent = `${count(n)} × ${type}`;
    return li;
  });
  dialog.querySelector(".mail").replaceChildren(...(mail.length > 0 ? mail : [element("<li>none</li>")]));
  fillHandled(dialog, row.handled);
  return row;
}

// What it has handled while the dialog was open: by type, and one by one.
function fillHandled(dialog, handled) {
  const types = new Map();
  for (const { type, took_ns } of handled) {
    const { type: name, n, sum, longest } = types.get(type) ?? { type, n: 0, sum: 0, longest: 0 };
    types.set(type, { type: name, n: n + 1, sum: sum + took_ns, longest: Math.max(longest, took_ns) });
  }
  const holder = dialog.querySelector(".types");
  holder.table ??= table(
    "By type",
    [
      { label: "Type", text: ({ type }) => type, textual: true },
      { label: "Messages", text: ({ n }) => count(n) },
      { label: "Mean time", text: ({ n, sum }) => nanos(Math.round(sum / n)) },
      { label: "Longest", text: ({ longest }) => nanos(longest) },
    ],
    {},
  );
  if (!holder.firstChild) holder.append(holder.table.element);
  holder.table.show([...types.values()].sort((a, b) => b.n - a.n), ({ type }) => type);
  dialog.querySelector(".handled-note").textContent =
    handled.length === 0 ? "Nothing yet: it is watched from now on." : `The latest ${handled.length}, as long as this is open.`;
  const list = dialog.querySelector(".handled");
  list.hidden = handled.length === 0;
  list.replaceChildren(
    ...handled.map(({ type, bytes: size, ago_ms, took_ns }) => {
      const li = document.createElement("li");
      li.textContent = `${millis(ago_ms)} ago: ${type}, ${bytes(size)}, took ${nanos(took_ns)}`;
      return li;
    }),
  );
}
