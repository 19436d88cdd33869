// Timers that a client leaves when it is done must not keep Node from ending. They are recognised
// by their length: longer than a test waits for anything.

import { PATIENCE_MS } from "./deadline.js";

/** For the timeouts of a client: as long as a test's, and a little more. */
export const CLIENT_PATIENCE_MS = PATIENCE_MS + 1;

for (const name of ["setTimeout", "setInterval"]) {
  const start = globalThis[name];
  globalThis[name] = (call, ms, ...given) => {
    const timer = start(call, ms, ...given);
    return ms > PATIENCE_MS ? timer.unref() : timer;
  };
}
