// A WebSocket that accepts any certificate: one that changes, or a proxy's.

import { WebSocket } from "ws";

export class TakesAny extends WebSocket {
  /** More of `ws`'s options, from a subclass. */
  static options = {};

  constructor(url, protocols) {
    super(url, protocols, { rejectUnauthorized: false, ...new.target.options });
  }
}
