// A proxy that passes requests, but no websockets.

import { once } from "node:events";
import { createServer, request } from "node:http";

/** In front of `server` until the test `t` ends: pages are at its `url`, a Socket's address is its
 * mount(). */
export async function withoutWebSockets(t, server) {
  const refused = [];
  const proxy = createServer((asked, answer) => {
    const { method, headers } = asked;
    const passed = request(server.url + asked.url, { method, headers }, (answered) => {
      answer.writeHead(answered.statusCode, answered.headers);
      answered.pipe(answer);
    });
    passed.on("error", () => answer.destroy()); // if one side ends, so does the other
    answer.on("close", () => passed.destroy());
    asked.pipe(passed);
  });
  proxy.on("upgrade", ({ url }, socket) => {
    refused.push(url);
    socket.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n");
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  t.after(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  const host = `127.0.0.1:${proxy.address().port}`;
  return { refused, url: `http://${host}`, mount: (mount) => `ws://${host}${mount}` };
}
