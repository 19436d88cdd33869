// A cable that can be cut, between a node and its Redis.

import { once } from "node:events";
import { connect, createServer } from "node:net";

export class Cable {
  #to;
  #ends = new Set();
  #server = null;
  #port = 0;

  /** `to` is a port of this machine. */
  constructor(to) {
    this.#to = to;
  }

  get port() {
    return this.#port;
  }

  /** Connects the ends; after cut(), on the same port. */
  async mend() {
    this.#server = createServer((near) => {
      const far = connect(this.#to, "127.0.0.1");
      for (const [end, other] of [[near, far], [far, near]]) {
        this.#ends.add(end);
        end.on("error", () => {}).on("close", () => {
          this.#ends.delete(end);
          other.destroy();
        });
        end.pipe(other);
      }
    });
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = this.#server.address().port;
  }

  /** Ends all connections, and accepts no new ones. */
  async cut() {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const end of this.#ends) end.destroy();
    await closed;
  }
}
