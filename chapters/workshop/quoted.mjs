// Checks what an exercise's page quotes: a test in *italics*, whole or cut with "…", must be one of the exercise's
// tests, word for word. A range of rules is refused, since the next rule would make it false.

/// The names of the PHX_TESTs in a C++ source, in order.
export function testNames(source) {
  const names = source.matchAll(/PHX_TEST\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)/g);
  return [...names].map(([, literals]) => literals.trim().slice(1, -1).replace(/"\s*"/g, ""));
}

// Fewer words are an emphasis, not a test's name.
const MIN_WORDS = 5;

function italics(page) {
  const prose = page.replace(/```[^]*?```/g, "").replace(/`[^`\n]*`/g, "").replace(/\s+/g, " ");
  return [...prose.matchAll(/(?<![*\w])\*([^*]+)\*(?![*\w])/g)].map(([, words]) => words);
}

/// What is wrong with a page's quotes, a sentence each.
export function quotedFaults(page, tests) {
  const faults = [];
  for (const quote of italics(page)) {
    const cut = quote.endsWith("…");
    if (!cut && quote.split(" ").length < MIN_WORDS) continue;
    const start = quote.replace(/ ?…$/, "");
    const found = tests.some((name) => (cut ? name.startsWith(start) : name === start));
    if (!found) faults.push(`expected README.md to quote a test of this exercise, got "${quote}", which is not one`);
  }
  for (const [range] of page.matchAll(/\b[A-Z]-\d\d to [A-Z]-\d\d\b/g)) {
    faults.push(`expected README.md to name rules by letter, got the range "${range}", which the next rule makes false`);
  }
  return faults;
}
