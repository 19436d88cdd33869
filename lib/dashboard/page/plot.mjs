// Small plots of the last five minutes, and numbers as people read them.

export const SECONDS = 300;
const MINUTE = 60;

export function count(n) {
  if (n >= 1e6) return `${(n / 1e6).toFixed(1)} M`;
  if (n >= 1e4) return `${(n / 1e3).toFixed(1)} k`;
  return String(Math.round(n));
}
export function bytes(n) {
  if (n >= 1 << 30) return `${(n / (1 << 30)).toFixed(1)} GiB`;
  if (n >= 1 << 20) return `${(n / (1 << 20)).toFixed(1)} MiB`;
  if (n >= 1024) return `${(n / 1024).toFixed(1)} KiB`;
  return `${Math.round(n)} B`;
}
export function millis(ms) {
  if (ms >= 86_400_000) return `${(ms / 86_400_000).toFixed(1)} d`;
  if (ms >= 3_600_000) return `${(ms / 3_600_000).toFixed(1)} h`;
  if (ms >= 60_000) return `${(ms / 60_000).toFixed(1)} min`;
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.round(ms)} ms`;
}
/** Nanoseconds. */
export const nanos = (ns) => (ns >= 1_000_000 ? millis(ns / 1e6) : ns >= 1_000 ? `${(ns / 1e3).toFixed(1)} µs` : `${ns} ns`);
export const micros = (us) => (us >= 1_000 ? millis(us / 1_000) : `${us} µs`);

// The seconds that have the column, as runs without a gap: some figures are known only while somebody looks.
function known(seconds, column) {
  const runs = [];
  seconds.forEach((second, at) => {
    if (second[column] === undefined) return;
    if (runs.at(-1)?.at(-1) === at - 1) runs.at(-1).push(at);
    else runs.push([at]);
  });
  return runs;
}

// A plot of one or two columns. `draw(seconds)` is called with all that are known.
export function plot(title, columns, text) {
  const box = document.createElement("section");
  box.className = "plot";
  box.innerHTML =
    `<h3></h3><div class="now"></div><svg preserveAspectRatio="none" role="img">` +
    `<path class="area"/><path class="second"/><path class="first"/></svg>`;
  box.querySelector("h3").textContent = title;
  const now = box.querySelector(".now");
  const svg = box.querySelector("svg");
  const lines = [svg.querySelector(".first"), svg.querySelector(".second")];
  return {
    box,
    draw(seconds) {
      // At least a minute wide: a server that has just begun is seen, too.
      const width = Math.max(MINUTE, seconds.length) - 1;
      svg.setAttribute("viewBox", `0 0 ${width} 100`);
      const left = width + 1 - seconds.length;
      const most = Math.max(1, ...columns.flatMap((column) => seconds.map((second) => second[column] ?? 0)));
      columns.forEach((column, i) => {
        const runs = known(seconds, column).map((run) =>
          run.map((at) => `${left + at} ${(98 - (seconds[at][column] / most) * 96).toFixed(1)}`).join("L"),
        );
        lines[i].setAttribute("d", runs.map((run) => `M${run}`).join(""));
        if (i > 0) return;
        const areas = known(seconds, column).map((run, n) => `M${left + run[0]} 100L${runs[n]}L${left + run.at(-1)} 100Z`);
        svg.querySelector(".area").setAttribute("d", areas.join(""));
      });
      const last = seconds.at(-1);
      const shown = (column) => (last[column] === undefined ? "–" : text(last[column]));
      now.textContent = last ? columns.map(shown).join(" / ") : "–";
      svg.setAttribute("aria-label", `${title}: now ${now.textContent}, at most ${text(most)} in the last minutes`);
    },
  };
}
