// What a browser gives phoenix.js and Node does not.
//
// A browser reports an exception that a listener throws (window.onerror) and goes on with the next
// event. `ws` would let it unwind through its own parser, which then reads the rest of the
// connection as nonsense: a fault of neither the client nor the server.

/** The globals that releases before 1.8 look for, and a WebSocket that reports as a browser's does. */
export function browserLike(XMLHttpRequest) {
  const window = { onerror: () => {}, storage: storage() };
  const guarded = (listener) => (event) => {
    try {
      return listener(event);
    } catch (error) {
      return window.onerror(error);
    }
  };
  const guard = (prototype, name) => {
    const { get, set } = inherited(prototype, name);
    return { get, set(listener) { set.call(this, listener && guarded(listener)); } };
  };
  window.watched = (WebSocket) => {
    class Watched extends WebSocket {}
    for (const name of ["onopen", "onclose", "onerror", "onmessage"]) {
      Object.defineProperty(Watched.prototype, name, guard(WebSocket.prototype, name));
    }
    return Watched;
  };
  Object.assign(globalThis, { window: globalThis, XMLHttpRequest });
  return window;
}

const inherited = (prototype, name) => Object.getOwnPropertyDescriptor(prototype, name);

function storage() {
  const items = new Map();
  return { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => items.set(key, value) };
}
