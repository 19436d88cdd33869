// Runs in a network namespace: clients with phoenix.js, which do what the test asks for.

import { Crowd } from "./crowd.js";
import { Mailbox } from "../../clients/support/deadline.js";

const [url] = process.argv.slice(2);
const server = { mount: (mount) => url.replace(/^http/, "ws") + mount };
const t = { after: () => {} }; // the process ends, with all its clients
let crowd;
let losses;
let back;

const does = {
  /** They connect, with phoenix.js's own `options`, and join. */
  async gather(people, options) {
    crowd = await Crowd.gathers(t, server, people, "conformance:weather", options);
    losses = crowd.channels.map((channel) => {
      const mailbox = new Mailbox("the end of a connection");
      channel.onError((reason) => mailbox.put(reason)); // a missed heartbeat closes without a close
      return mailbox;
    });
  },
  /** Each sends this many messages, and all receive all of them, once and in order. */
  async talk(count, when) {
    await crowd.says(count);
    crowd.expectAllHeard(when);
  },
  /** All connections are given up. */
  async notice() {
    await Promise.all(losses.map((loss) => loss.next()));
    back = crowd.comesBack();
    back.catch(() => {}); // return() reports it
  },
  /** All have rejoined. */
  async return() {
    await back;
  },
};

process.on("message", async ({ name, args }) => {
  try {
    process.send({ result: (await does[name](...args)) ?? null });
  } catch (error) {
    process.send({ error: error.message });
  }
});
process.on("disconnect", () => process.exit());
