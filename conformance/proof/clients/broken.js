// The shim of a client that is broken on purpose.
//
//     node broken.js 'counts a meta twice'

import { drive, load } from "../../shims/drive.js";
import { Shim } from "../../shims/shim.js";
import { mutants } from "./mutants.js";

const wanted = process.argv[2];
const mutant = mutants.find(({ name }) => name === wanted);
if (!mutant) throw new Error(`expected the name of a mutant, got ${wanted}: ${mutants.map(({ name }) => name).join(", ")}`);

const parts = load("newest");
const probe = new parts.Socket("ws://127.0.0.1:1", { transport: parts.WebSocket }).channel("probe");
const shim = new Shim({ client: "phoenix.js, broken", version: parts.version, lacks: parts.lacks });
const write = shim.tell.bind(shim);
const same = (one) => [one];
const at = { ...parts, Channel: probe.constructor, channels: new Map(), write, url: (url) => url, up: same, down: same, tell: same };
mutant.break(at);

shim.tell = (report) => at.tell(report).forEach(write);

/** A message that is text; bytes and nonsense pass as they are. */
const changed = (data, change) => {
  let message;
  try {
    message = typeof data === "string" && JSON.parse(data);
  } catch {
    message = null;
  }
  if (!Array.isArray(message) || message.length !== 5) return null;
  return change(message).map((each) => JSON.stringify(each));
};

class Broken extends parts.WebSocket {
  constructor(url, protocols) {
    super(at.url(`${url}`), protocols, at.settings);
    at.made?.(this);
  }

  send(data) {
    for (const each of changed(data, at.up) ?? [data]) super.send(each, at.sent);
  }

  get onmessage() {
    return super.onmessage;
  }

  set onmessage(listener) {
    super.onmessage = (event) => {
      const instead = changed(event.data, at.down);
      if (!instead) at.garbage?.();
      for (const data of instead ?? [event.data]) listener({ data });
    };
  }
}

drive({ ...parts, WebSocket: Broken }, { shim, channels: at.channels, options: at.options, socket: at.socket, push: at.push });
