// A ratio on a page comes from one run: figures of different days are never divided.

import { test } from "node:test";
import assert from "node:assert/strict";
import { pages, read } from "../../../../docs/site/pages.mjs";
import { blocks } from "./blocks.mjs";
import { here, origins, run } from "./data.mjs";

const quoted = run("beside-phoenix");
const root = `${here}../../../../`;

/** The range of `a / b` if both are rounded to the last digit shown. */
function quotient(a, b) {
  const slack = (value) => 0.5 * 10 ** -(String(value).split(".")[1]?.length ?? 0);
  return [(a - slack(a)) / (b + slack(b)), (a + slack(a)) / (b - slack(b))];
}

test("the quoted ratios fit the quoted figures", () => {
  for (const { case: name, cpu_us: cpu, to } of quoted.cases) {
    for (const [ratio, places, [least, most]] of [
      [to.phoenix, 1, quotient(cpu.phoenix, cpu.ours)],
      [to.floor, 2, quotient(cpu.ours, cpu.floor)],
    ]) {
      const slack = 0.5 * 10 ** -places;
      assert.ok(least - slack <= ratio && ratio <= most + slack, `${name}: ${ratio} is not within ${least} to ${most}`);
    }
  }
});

test("Phoenix is quoted with the run's date and conditions", () => {
  const text = blocks["beside-phoenix"].text();
  assert.match(text, /\| echo, W=1 \| 48,000 \/s \| 146,000 \/s \| 25.6 \| 6.2 \| 5.1 \| 4.5 \| ×4.1 \| ×5 \| 1.37 \|/);
  for (const part of [quoted.date, quoted.conditions, ...Object.values(quoted.servers)].filter((each) => each !== "this server"))
    assert.ok(text.includes(part), part);
});

test("our position is stated only against the floor, which ran beside us", () => {
  const text = blocks.standing.text();
  assert.ok(!/×|Phoenix|Cowboy/.test(text), text);
  assert.match(text, /\| echo, W=1 \| [\d.]+ \| [\d.]+ to [\d.]+ µs: [\d.]+ \|/);
});

test("outside that table no page compares a figure of ours with Phoenix", () => {
  for (const page of pages(root)) {
    const told = read(root, page).replace(/<!-- figures ([\w-]+) -->[\s\S]*?<!-- \/figures -->/g, "");
    for (const line of told.split("\n")) assert.ok(!/×\s?\d/.test(line) || !/Phoenix|Cowboy/.test(line), `${page}: ${line}`);
  }
});

test("runs made together name their place once, and everything that disturbed them", () => {
  const made = (busy) => ({
    date: "2026-01-02", machine: "a machine", label: "abc",
    cases: [{ case: `case-${busy}`, servers: [{ median: { others_busy: busy } }] }],
  });
  const told = origins([made(0), made(0.5)]);
  assert.match(told, /^2026-01-02, a machine, loopback, commit abc\. \*\*Other programs kept the machine busy\*\* during case-0\.5:/);
  assert.equal(told.match(/a machine, loopback/g).length, 1);
  assert.equal(origins([made(0)]), "2026-01-02, a machine, loopback, commit abc.");
});
