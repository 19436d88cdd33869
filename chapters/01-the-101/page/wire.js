// The fold-out panel in which the page shows its own wire: every frame as it passes, coloured by its
// kind, with links to the rule and the chapter that are about it.

import { LongPoll, Serializer } from "/assets/phoenix.mjs";
import { ABOUT, Narrator, chapterPage, closing, sentencePage } from "./frames.js";

const FRAMES_KEPT = 300;
const SHOWN = 2_000; // characters of one frame

export class Wire {
  #panel;
  #list;
  #line;
  #socket = null;
  #isOpen = false;
  #readingTheEnd = true;
  #scroll = 0;
  #narrator = new Narrator();

  /** `panel` is the <details>, `line` the <template> of a frame. It stays folded out over a reload. */
  constructor(panel, line) {
    this.#panel = panel;
    this.#line = line;
    this.#list = panel.querySelector("ol");
    panel.addEventListener("toggle", () => {
      sessionStorage.setItem("wire", panel.open ? "open" : "folded");
      document.body.classList.toggle("wired", panel.open); // chat.css makes room for it
      this.#toTheEnd();
    });
    panel.open = sessionStorage.getItem("wire") === "open";
    this.#list.addEventListener("scroll", () => (this.#readingTheEnd = this.#atTheEnd()));
  }

  /** What a new socket needs to be seen here: phoenix.js calls both with each message that passes. */
  codec() {
    return {
      encode: (message, send) =>
        Serializer.encode(message, (frame) => {
          this.#opened(); // phoenix.js sends what has waited before it reports the opening
          this.#show("→", frame, this.#narrator.sent(frame));
          send(frame);
        }),
      decode: (frame, receive) => {
        this.#opened();
        this.#show("←", frame, this.#narrator.came(frame));
        Serializer.decode(frame, receive);
      },
    };
  }

  watch(socket) {
    this.#socket = socket;
    this.#isOpen = false;
    socket.onOpen(() => this.#opened());
    socket.onClose((event) => this.#closed(event));
  }

  #opened() {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#narrator = new Narrator();
    const { pathname, search } = new URL(this.#socket.endPointURL());
    if (this.#socket.transport === LongPoll) {
      const path = pathname.replace(/websocket$/, "longpoll");
      this.#show("→", `GET ${path}${search}`, { about: "longpoll", words: "a session: frames go by GET and POST" });
    } else {
      this.#show("→", `GET ${pathname}${search}`, { about: "websocket", words: "agreed: frames from here on" });
    }
  }

  #closed({ code, reason }) {
    const about = this.#isOpen ? closing(code) : "refused";
    this.#isOpen = false;
    const [frame, words] = {
      refused: ["no connection", "nothing opened, and a browser tells no page why"],
      lost: ["no close frame", "the connection broke"],
    }[about] ?? [`close ${code} ${reason}`.trim(), "the connection is closed"];
    this.#show("←", frame, { about, words });
  }

  #show(arrow, frame, { about, words }) {
    const item = this.#line.content.firstElementChild.cloneNode(true);
    const text = typeof frame === "string" ? frame : `${frame.byteLength} bytes`;
    const place = ABOUT[about];
    item.dataset.kind = place.kind;
    item.querySelector(".arrow").textContent = arrow;
    item.querySelector(".arrow").ariaLabel = arrow === "→" ? "sent" : "received";
    item.querySelector("code").textContent =
      text.length > SHOWN ? `${text.slice(0, SHOWN)}… and ${text.length - SHOWN} more characters` : text;
    item.querySelector(".words").textContent = words;
    const [rule, chapter] = item.querySelectorAll("a");
    rule.href = sentencePage(place);
    rule.textContent = `rule ${place.rule}`;
    chapter.href = chapterPage(place);
    chapter.textContent = `chapter ${place.chapter}`;
    this.#list.append(item);
    while (this.#list.children.length > FRAMES_KEPT) this.#list.firstElementChild.remove();
    this.#toTheEnd();
  }

  #atTheEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    return scrollHeight - scrollTop - clientHeight < 80;
  }

  /** Before the next picture, once for all frames in it: to ask for a height is to lay out the page. */
  #toTheEnd() {
    if (!this.#readingTheEnd || !this.#panel.open) return; // somebody who reads further up is left in peace
    cancelAnimationFrame(this.#scroll);
    this.#scroll = requestAnimationFrame(() => (this.#list.scrollTop = this.#list.scrollHeight));
  }
}
