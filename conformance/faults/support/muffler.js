// A path to a server that can fall silent: connections stay open, and nothing comes through.

import { once } from "node:events";
import net from "node:net";

/** In front of `server` until the test `t` ends: a Socket's address is its mount(). */
export async function muffler(t, server) {
  const { hostname, port } = new URL(server.url);
  const sockets = new Set();
  const keep = (socket) => sockets.add(socket.on("error", () => {}));
  const listener = net.createServer((client) => {
    const inside = net.connect(Number(port), hostname);
    for (const socket of [client, inside]) keep(socket);
    client.pipe(inside).pipe(client);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  t.after(() => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    mount: (mount) => `ws://127.0.0.1:${listener.address().port}${mount}`,
    /** From now on it passes nothing on, accepts nothing, and ends nothing. */
    falls: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
  };
}
