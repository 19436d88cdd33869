// matching.mjs: compares a command's output with a page's.
//
// `…` alone on a line stands for any number of lines, `…` inside a line for any text.

const ANY_LINES = "…";

/** Without invisible parts: blanks at a line's end, empty lines at both ends. */
export function lines(text) {
  const all = text.split("\n").map((line) => line.trimEnd());
  while (all.length > 0 && all.at(-1) === "") all.pop();
  while (all.length > 0 && all[0] === "") all.shift();
  return all;
}

function lineMatches(shown, came) {
  if (!shown.includes("…")) return shown === came;
  const parts = shown.split("…");
  const [first, last] = [parts[0], parts.at(-1)];
  if (!came.startsWith(first) || !came.slice(first.length).endsWith(last)) return false;
  let rest = came.slice(first.length, came.length - last.length);
  for (const part of parts.slice(1, -1)) {
    const at = rest.indexOf(part);
    if (at < 0) return false;
    rest = rest.slice(at + part.length);
  }
  return true;
}

/**
 * Null if `came` matches `shown`. Otherwise {shown, came}: how many lines of each fit, at most.
 * With `openEnd` more may come: the command still runs.
 */
export function mismatch(shown, came, openEnd = false) {
  const wanted = openEnd ? [...shown, ANY_LINES] : shown;
  let best = { shown: 0, came: 0 };
  // Where in `came` the lines shown so far may end.
  let places = new Set([0]);
  for (let at = 0; at < wanted.length; ++at) {
    const next = new Set();
    for (const place of places) {
      if (wanted[at] === ANY_LINES) {
        for (let end = place; end <= came.length; ++end) next.add(end);
      } else if (place < came.length && lineMatches(wanted[at], came[place])) {
        next.add(place + 1);
      }
    }
    if (next.size === 0) return best;
    best = { shown: at + 1, came: Math.min(...next) };
    places = next;
  }
  return places.has(came.length) ? null : best;
}
