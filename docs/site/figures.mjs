// figures.mjs: what widths.mjs asks of the pictures of a page: their text can be read at the width at which
// they are shown, in light and in dark.

/** In the page: each picture with a text that is shown in fewer than `least` pixels, or hardly differs from its paper. */
export function unreadable({ least, contrast }) {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  return [...document.querySelectorAll("#content figure svg")].flatMap((svg) => {
    const name = (svg.getAttribute("aria-label") ?? "").slice(0, 50);
    const texts = [...svg.querySelectorAll("text")].filter((text) => text.textContent.trim() !== "");
    const seen = texts.map((text) => {
      const { a, b } = text.getScreenCTM();
      const { fontSize, fill } = getComputedStyle(text);
      return { size: parseFloat(fontSize) * Math.hypot(a, b), fill, words: text.textContent.trim().slice(0, 30) };
    });
    const smallest = seen.sort((one, other) => one.size - other.size)[0];
    const found = [];
    if (smallest && smallest.size < least - 0.05) {
      found.push(`"${name}": ${smallest.size.toFixed(1)} pixels: ${smallest.words}`);
    }
    const paper = svg.querySelector(".paper");
    if (!paper) return [...found, `"${name}": it has no paper, so nobody knows its colours in the dark`];
    const ground = channels(getComputedStyle(paper).fill);
    const faint = seen.find(({ fill }) => ratio(channels(fill), ground) < contrast);
    if (faint) found.push(`"${name}": a contrast of ${ratio(channels(faint.fill), ground).toFixed(1)}: ${faint.words}`);
    return found;
  });
}
