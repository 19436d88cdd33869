// Servers with one fault each; the suite must report it and end.

import { createRequire } from "node:module";
import { once } from "node:events";
import net from "node:net";

const { WebSocketServer } = createRequire(new URL("../../clients/package.json", import.meta.url))("ws");

/** A listener on a free port of 127.0.0.1, with the sockets to end when it stops. */
export async function listen(onSocket) {
  const sockets = new Set();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    onSocket(socket);
  });
  let port = 0;
  const open = async () => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    port = server.address().port;
  };
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  await open();
  return { url: `ws://127.0.0.1:${port}/socket`, open, close };
}

export const neverAnswers = () => listen(() => {});

export const closesAtOnce = () => listen((socket) => socket.destroy());

export const speaksPlainHttp = (status = "404 Not Found") =>
  listen((socket) =>
    socket.once("data", () => socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 2\r\n\r\nhi`)),
  );

export const sendsGarbage = () => listen((socket) => socket.write("\u0000SSH\u0001 nonsense"));

/** Passes everything on, in both directions `delay` ms later. `tap(number, client)` may take a connection. */
export const proxy = (port, { delay = 0, tap = () => false } = {}) => {
  let connections = 0;
  return listen((client) => {
    client.once("data", (first) => {
      if (tap(++connections, client)) return;
      const server = net.connect(port, "127.0.0.1").on("error", () => client.destroy());
      const pass = (from, to) => {
        from.on("data", (bytes) => setTimeout(() => to.writable && to.write(bytes), delay));
        from.on("close", () => setTimeout(() => to.end(), delay));
      };
      client.on("close", () => server.destroy());
      client.pause();
      setTimeout(() => server.write(first), delay);
      pass(client, server);
      pass(server, client);
      client.resume();
    });
  });
};

const unmatched = { status: "error", response: { reason: "unmatched topic" } };

const parsed = (data) => {
  try {
    const message = JSON.parse(data);
    return Array.isArray(message) && message.length >= 5 ? message : null;
  } catch {
    return null;
  }
};

/**
 * Has room:lobby and the heartbeat, without the contract. `ok` is its answer to a join. It speaks
 * only V2; with `takesV1` it accepts V1 connections too, but can't read them.
 */
export async function withoutContract({ ok = { status: "ok", response: {} }, takesV1 = false } = {}) {
  const verifyClient = ({ req }) => takesV1 || !req.url.includes("vsn=1");
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, path: "/socket/websocket", verifyClient });
  await once(server, "listening");
  server.on("connection", (socket) => {
    socket.on("error", () => {}); // ws closes it by itself
    const joined = new Set();
    socket.on("message", (data) => {
      const [joinRef, ref, topic, event] = parsed(data) ?? socket.close(1011) ?? [];
      if (ref === undefined) return;
      const answer = (from, payload) =>
        socket.send(JSON.stringify([from, ref, topic, "phx_reply", payload]));
      if (topic === "phoenix") return answer(null, { status: "ok", response: {} });
      if (topic !== "room:lobby") return answer(null, unmatched);
      if (event === "phx_join") {
        if (joined.has(topic)) socket.send(JSON.stringify([joinRef, joinRef, topic, "phx_close", {}]));
        joined.add(topic);
        return answer(joinRef, ok);
      }
      answer(null, unmatched);
    });
  });
  const close = () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  };
  return { url: `ws://127.0.0.1:${server.address().port}/socket`, close };
}
