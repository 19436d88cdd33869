// Draws a trace as a walk through the rooms: time goes right, the way in goes down, the way out goes up.

import { ROOMS, roomOf } from "./hops.js";

const SVG = "http://www.w3.org/2000/svg";
const ROOM_HEIGHT = 34;
const NAMES_WIDTH = 128;
const HOP_WIDTH = 17;
const LEAST_WIDTH = 560;

function node(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export class House {
  #svg;
  #points = [];
  #frame = null;

  /** `chosen` is called with a hop's index. */
  constructor(svg, chosen) {
    this.#svg = svg;
    svg.addEventListener("click", ({ target }) => {
      if (target.dataset.hop !== undefined) chosen(Number(target.dataset.hop));
    });
  }

  draw(hops) {
    const width = Math.max(LEAST_WIDTH, NAMES_WIDTH + (hops.length + 1) * HOP_WIDTH);
    const space = (width - NAMES_WIDTH) / (hops.length + 1);
    const height = ROOMS.length * ROOM_HEIGHT;
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.#svg.style.minWidth = `${width}px`; // what does not fit is scrolled to
    this.#points = hops.map((hop, i) => [NAMES_WIDTH + space * (i + 1), (roomOf(hop) + 0.5) * ROOM_HEIGHT]);
    const rooms = ROOMS.map(([name], i) =>
      node("g", { class: "room" },
        node("rect", { x: 1, y: i * ROOM_HEIGHT + 1, width: width - 2, height: ROOM_HEIGHT - 3, rx: 4 }),
        node("text", { x: 10, y: (i + 0.5) * ROOM_HEIGHT + 4 }, name)));
    const steps = hops.flatMap((hop, i) => {
      const from = this.#points[hop.after - 1];
      if (!from) return [];
      const [[x1, y1], [x2, y2]] = [from, this.#points[i]];
      return [node("line", { x1, y1, x2, y2, class: hop.waited > 0 ? "step mail" : "step" })];
    });
    const marks = hops.map((hop, i) => {
      const [cx, cy] = this.#points[i];
      const kind = ["crash", "failure", "refusal"].includes(hop.form) ? "hop bad" : "hop";
      return node("circle", { cx, cy, r: 5, class: kind, "data-hop": i }, node("title", {}, hop.function));
    });
    this.#frame = node("circle", { r: 8, class: "frame", cx: -20, cy: -20 });
    this.#svg.replaceChildren(...rooms, ...steps, ...marks, this.#frame);
  }

  /** The frame stands at this hop. */
  show(index) {
    const [x, y] = this.#points[index] ?? [-20, -20];
    this.#frame?.setAttribute("cx", x);
    this.#frame?.setAttribute("cy", y);
    const view = this.#svg.parentElement;
    const scale = this.#svg.clientWidth / (this.#svg.viewBox.baseVal.width || 1);
    view.scrollLeft = x * scale - view.clientWidth * 0.7;
  }
}
