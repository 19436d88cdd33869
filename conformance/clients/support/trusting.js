// A WebSocket that takes any certificate, as the certificate changes under it.

import { WebSocket } from "ws";

export class TakesAny extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols, { rejectUnauthorized: false });
  }
}
