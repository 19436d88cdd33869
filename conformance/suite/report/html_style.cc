/// The page's looks: light, dark, narrow, printed.

#include "conformance/suite/report/html.h"

namespace phx::conformance {

// NOLINTNEXTLINE(readability-function-size): one text
std::string_view html_style() {
  return R"css(
:root {
  color-scheme: light dark;
  --paper: #fdfdfb; --raised: #fff; --ink: #1d2126; --soft: #5c6570; --line: #dcdfe3;
  --green: #1a7f4b; --red: #c0272d; --amber: #925f00; --grey: #66707a; --blue: #2459a8;
  --red-wash: #fdf1f0; --amber-wash: #fdf6e6; --green-wash: #eef8f1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --raised: #1c2024; --ink: #e6e8ea; --soft: #a0a8b0; --line: #333a41;
    --green: #5cc98b; --red: #ff8078; --amber: #e5b04f; --grey: #949da6; --blue: #86b2f5;
    --red-wash: #2a1b1b; --amber-wash: #29230f; --green-wash: #15261c;
  }
}
* { box-sizing: border-box; }
html { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
body { margin: 0 auto; max-width: 70rem; padding: 2rem 1.25rem 4rem; background: var(--paper);
  color: var(--ink); }
a { color: var(--blue); }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; border-radius: 3px; }
h1 { font-size: 1.1rem; font-weight: 600; margin: 0; color: var(--soft); }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; padding-bottom: .3rem;
  border-bottom: 2px solid var(--line); }
h2 .of { float: right; font-weight: 400; font-size: .9rem; color: var(--soft); }
code, pre, .frame, .talk { font-family: ui-monospace, "SF Mono", Menlo, Consolas,
  "DejaVu Sans Mono",
  monospace; font-size: .82rem; }
.verdict { font-size: 1.7rem; line-height: 1.25; font-weight: 650; margin: .35rem 0 .75rem;
  text-wrap: balance; }
.verdict.good { color: var(--green); } .verdict.bad { color: var(--red); }
.verdict a { color: inherit; white-space: nowrap; text-decoration-thickness: 1px; }
.about { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0;
  font-size: .92rem; }
.about dt { color: var(--soft); } .about dd { margin: 0; overflow-wrap: anywhere; }
.counts { display: flex; flex-wrap: wrap; gap: .6rem; list-style: none; margin: 1.4rem 0;
  padding: 0; }
.counts li { background: var(--raised); border: 1px solid var(--line); border-radius: .5rem;
  padding: .45rem .9rem; min-width: 6.2rem; }
.counts b { display: block; font-size: 1.5rem; line-height: 1.2;
  font-variant-numeric: tabular-nums; }
.incident { border-left: 4px solid var(--red); background: var(--red-wash); padding: .6rem 1rem;
  margin: .6rem 0; white-space: pre-wrap; }
table.card { border-collapse: collapse; width: 100%; font-size: .92rem; }
.card th, .card td { padding: .3rem .6rem; border-bottom: 1px solid var(--line);
  text-align: right;
  font-variant-numeric: tabular-nums; }
.card th { font-weight: 600; color: var(--soft); } .card th:first-child { text-align: left; }
.card tbody th a { color: var(--ink); text-decoration: none; font-weight: 500; }
.card tbody th a:hover { text-decoration: underline; }
.card .none { color: var(--line); }
.bar { display: flex; height: .6rem; min-width: 7rem; border-radius: .3rem; overflow: hidden;
  background: var(--line); gap: 1px; }
.bar i { display: block; min-width: 3px; }
.rule { border-bottom: 1px solid var(--line); }
.rule > summary { display: grid; grid-template-columns: 1.4rem 3.4rem 1fr max-content max-content;
  gap: .5rem; padding: .38rem .25rem; cursor: pointer; list-style: none; align-items: baseline; }
.rule > summary::-webkit-details-marker { display: none; }
.rule > summary:hover { background: var(--raised); }
.mark { font-weight: 700; text-align: center; }
.id { font-weight: 600; font-variant-numeric: tabular-nums; }
.level { font-size: .72rem; letter-spacing: .04em; color: var(--soft); }
.took { font-size: .8rem; color: var(--soft); min-width: 4.2rem; text-align: right;
  font-variant-numeric: tabular-nums; }
.v-passed { color: var(--green); } .v-failed, .v-suite_failed, .v-unexpected_pass,
.v-setup_failed, .v-dependency_failed { color: var(--red); }
.v-warned, .v-expected_failure { color: var(--amber); } .v-skipped { color: var(--grey); }
.b-passed { background: var(--green); } .b-bad { background: var(--red); }
.b-warned { background: var(--amber); } .b-skipped { background: var(--grey); }
.b-unmet { background: repeating-linear-gradient(135deg, var(--red) 0 3px,
  var(--red-wash) 3px 6px); }
.inside { padding: .2rem .25rem 1.2rem 2.15rem; }
.said { margin: .2rem 0 .6rem; overflow-wrap: anywhere; }
.facts { color: var(--soft); font-size: .88rem; margin: .2rem 0 .8rem; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: .8rem; margin: .6rem 0; }
.side { border: 1px solid var(--line); border-radius: .4rem; overflow: hidden;
  background: var(--raised); }
.side h4 { margin: 0; padding: .25rem .7rem; font-size: .8rem; font-weight: 600; }
.side.wanted h4 { background: var(--green-wash); color: var(--green); }
.side.came h4 { background: var(--red-wash); color: var(--red); }
.frame { margin: 0; padding: .5rem .7rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.talk { width: 100%; border-collapse: collapse; margin: .5rem 0; }
.talk caption { text-align: left; font: 600 .85rem system-ui, sans-serif; color: var(--soft);
  padding-bottom: .2rem; }
.talk td, .talk th { padding: .14rem .5rem; vertical-align: top; text-align: left; }
.talk .at { text-align: right; color: var(--soft); white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.talk .who { white-space: nowrap; color: var(--soft); }
.talk .text { overflow-wrap: anywhere; width: 100%; }
.talk .suite .text { color: var(--blue); } .talk .odd { background: var(--red-wash); }
.talk thead th { font: 600 .78rem system-ui, sans-serif; color: var(--soft);
  border-bottom: 1px solid var(--line); }
.again { display: block; background: var(--raised); border: 1px solid var(--line);
  border-radius: .4rem;
  padding: .5rem .7rem; white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; }
footer { margin-top: 3rem; color: var(--soft); font-size: .88rem; }
@media (max-width: 44rem) {
  body { padding: 1.2rem .9rem 3rem; }
  .verdict { font-size: 1.35rem; }
  .rule > summary { grid-template-columns: 1.3rem 3.1rem 1fr; }
  .level, .took { display: none; }
  .sides { grid-template-columns: 1fr; }
  .inside { padding-left: .25rem; }
  .card .wide { display: none; }
  table.card { font-size: .76rem; }
  .card th { font-weight: 500; }
  .card th, .card td { padding: .35rem .15rem; }
  .counts li { min-width: 0; flex: 1 1 5.2rem; }
}
@media print {
  :root { --paper: #fff; --raised: #fff; }
  html { font-size: 11px; }
  body { max-width: none; padding: 0; }
  .rule, .side, .talk tr { break-inside: avoid; }
  h2 { break-after: avoid; }
}
)css";
}

}  // namespace phx::conformance
