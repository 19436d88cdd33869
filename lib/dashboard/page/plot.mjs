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
export const micros = (us) => (us >= 1_000 ? millis(us / 1_000) : `${us} µs`);

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
      const most = Math.max(1, ...columns.flatMap((column) => seconds.map((second) => second[column])));
      columns.forEach((column, i) => {
        const points = seconds.map((second, at) => {
          return `${left + at} ${(98 - (second[column] / most) * 96).toFixed(1)}`;
        });
        lines[i].setAttribute("d", points.length > 0 ? `M${points.join("L")}` : "");
        if (i > 0 || points.length === 0) return;
        svg.querySelector(".area").setAttribute("d", `M${left} 100L${points.join("L")}L${width} 100Z`);
      });
      const last = seconds.at(-1);
      now.textContent = last ? columns.map((column) => text(last[column])).join(" / ") : "–";
      svg.setAttribute("aria-label", `${title}: now ${now.textContent}, at most ${text(most)} in the last minutes`);
    },
  };
}
