// A server that dies once: it passes connections on to a good one, and exits with status 7 at the
// fourth, unless the file that MARK names says that it already has.

import { existsSync, writeFileSync } from "node:fs";
import net from "node:net";

const fatal = 4;
let connections = 0;
net
  .createServer((client) => {
    client.on("error", () => {});
    client.once("data", (first) => {
      if (++connections === fatal && !existsSync(process.env.MARK)) {
        writeFileSync(process.env.MARK, "");
        console.log("the last output");
        process.exit(7);
      }
      const good = net.connect(Number(process.env.GOOD), "127.0.0.1").on("error", () => client.destroy());
      good.write(first);
      client.pipe(good).pipe(client);
    });
  })
  .listen(Number(process.env.PORT), "127.0.0.1");
