// The traces as files for other tools: HAR for a browser's network panel and phx-trace, JSON for Perfetto.

import { micros, shown } from "./hops.js";

/** When a hop happened by the calendar: the server's clock counts from its start. */
const calendar = (at, now) => new Date(now.date - (now.at - at) / 1e6).toISOString();

/** Where the traced client's bytes come in and go out: the frames that a browser would see. */
function framesOf({ hops }) {
  return hops.flatMap((hop) => {
    if (hop.form !== "frame" || !hop.file.endsWith("websocket_connection.cc")) return [];
    const type = hop.function.endsWith("take") ? "send" : "receive";
    return [{ type, time: hop.at / 1e9, opcode: hop.base64 === undefined ? 1 : 2, data: hop.text ?? hop.base64 }];
  });
}

/** HAR 1.2 with Chrome's `_webSocketMessages`. */
export function har(traces, url, now = { date: Date.now(), at: 0 }) {
  const offset = now.date / 1_000 - now.at / 1e9;
  const messages = traces.flatMap(framesOf).sort((a, b) => a.time - b.time);
  const request = { method: "GET", url, httpVersion: "HTTP/1.1", headers: [], queryString: [], cookies: [], headersSize: -1, bodySize: 0 };
  const content = { size: 0, mimeType: "x-unknown" };
  const response = { status: 101, statusText: "Switching Protocols", httpVersion: "HTTP/1.1", headers: [], cookies: [], content, redirectURL: "", headersSize: -1, bodySize: 0 };
  const entry = {
    startedDateTime: calendar(traces[0]?.began ?? now.at, now),
    time: 0,
    request,
    response,
    cache: {},
    timings: { send: 0, wait: 0, receive: 0 },
    _resourceType: "websocket",
    _webSocketMessages: messages.map((message) => ({ ...message, time: Math.round((message.time + offset) * 1e6) / 1e6 })),
  };
  return { log: { version: "1.2", creator: { name: "phx-chat /glass", version: "1" }, pages: [], entries: [entry] } };
}

/** Chrome's trace format: a slice for each hop, until the next one that it led to; one for each wait. */
export function perfetto(traces) {
  const traceEvents = traces.flatMap(({ id, title, hops }) =>
    hops.flatMap((hop) => {
      const next = hops.find(({ after, thread }) => after === hop.hop && thread === hop.thread);
      const common = { pid: id, tid: hop.thread, ph: "X" };
      const work = next ? next.at - next.waited - hop.at : 0;
      const args = { file: `${hop.file}:${hop.line}`, form: hop.form, pid: hop.pid ?? "", frame: shown(hop), trace: title };
      const slices = [{ ...common, name: hop.callee ?? hop.function, cat: "work", ts: micros(hop.at), dur: Math.max(micros(work), 0.1), args }];
      if (hop.waited > 0) slices.push({ ...common, name: "mailbox", cat: "queue", ts: micros(hop.at - hop.waited), dur: micros(hop.waited) });
      return slices;
    }),
  );
  return { displayTimeUnit: "ns", traceEvents };
}

export function save(name, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(content, null, 1)], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}
