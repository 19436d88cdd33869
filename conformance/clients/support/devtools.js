// The export of Chrome's network panel, gathered by the protocol that feeds the panel itself.

const pairs = (headers = {}) => Object.entries(headers).map(([name, value]) => ({ name, value }));
const NOTHING = { status: 0, statusText: "", headers: [], content: { size: 0, mimeType: "x-unknown" } };

export class NetworkPanel {
  #entries = new Map(); // by the browser's id of the request
  #bodies = [];

  /** All requests of `page`, from now on. */
  static async opens(page) {
    const panel = new NetworkPanel();
    const session = await page.context().newCDPSession(page);
    for (const [event, listener] of Object.entries(panel.#listeners(session))) {
      session.on(`Network.${event}`, listener);
    }
    await session.send("Network.enable");
    return panel;
  }

  /** The file: HAR 1.2, with Chrome's own members. */
  async export() {
    await Promise.all(this.#bodies);
    const entries = [...this.#entries.values()].filter((entry) => entry.request);
    const log = { version: "1.2", creator: { name: "WebInspector", version: "537.36" }, pages: [] };
    return { log: { ...log, entries: entries.map(({ began, zero, ...entry }) => entry) } };
  }

  #begin(id, type, { url, method = "GET", headers, postData }, { wallTime, timestamp }) {
    const entry = this.#entries.get(id) ?? {};
    Object.assign(entry, { began: wallTime, zero: wallTime - timestamp });
    Object.assign(entry, {
      _initiator: { type: "script" },
      _resourceType: type.toLowerCase(),
      cache: {},
      pageref: "page_1",
      request: { method, url, httpVersion: "HTTP/1.1", headers: pairs(headers), queryString: [], cookies: [] },
      response: { ...NOTHING, _error: "net::ERR_ABORTED" },
      serverIPAddress: "127.0.0.1",
      startedDateTime: new Date(wallTime * 1000).toISOString(),
      time: 0,
      timings: { send: 0, wait: 0, receive: 0 },
    });
    if (postData) entry.request.postData = { mimeType: headers["Content-Type"] ?? "", text: postData };
    this.#entries.set(id, entry);
    return entry;
  }

  #answer(entry, { status, statusText, headers, mimeType = "" }, timestamp) {
    entry.time = (entry.zero + timestamp - entry.began) * 1000;
    entry.response = { status, statusText, headers: pairs(headers), content: { size: 0, mimeType } };
  }

  #message(type, { requestId, timestamp, response }) {
    const entry = this.#entries.get(requestId);
    const { opcode, payloadData: data } = response;
    entry._webSocketMessages.push({ type, time: entry.zero + timestamp, opcode, data });
    entry.time = (entry.zero + timestamp - entry.began) * 1000; // a websocket's whole life, as in Chrome
  }

  #listeners(session) {
    return {
      requestWillBeSent: (event) => this.#begin(event.requestId, event.type, event.request, event),
      responseReceived: ({ requestId, response, timestamp }) =>
        this.#answer(this.#entries.get(requestId), response, timestamp),
      loadingFinished: ({ requestId }) => {
        const body = session.send("Network.getResponseBody", { requestId }).then(
          ({ body: text }) => (this.#entries.get(requestId).response.content.text = text),
          () => {}, // a preflight has none
        );
        this.#bodies.push(body);
      },
      webSocketCreated: ({ requestId, url }) => this.#entries.set(requestId, { url }),
      webSocketWillSendHandshakeRequest: (event) => {
        const { url } = this.#entries.get(event.requestId);
        const entry = this.#begin(event.requestId, "websocket", { url, ...event.request }, event);
        delete entry.url;
        entry._webSocketMessages = [];
      },
      webSocketHandshakeResponseReceived: ({ requestId, response, timestamp }) =>
        this.#answer(this.#entries.get(requestId), response, timestamp),
      webSocketFrameSent: (event) => this.#message("send", event),
      webSocketFrameReceived: (event) => this.#message("receive", event),
    };
  }
}
