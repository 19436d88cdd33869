// explained.js: why a server in these runs departs from a rule, and the departure's origin:
//
//   suite      the rule asked for what Phoenix does not promise, or asked in a way that fails by itself
//   framework  the server's own channels: Phoenix's, or those of lib/
//   adapter    what carries them: Cowboy, Bandit
//
// `runs` names runs by their file, with `*` for anything. A departure that is listed twice or not
// at all, and a line that no run needs, fail proof/suite_tests/results.test.js.

export const explained = [
  {
    rule: "H-22", runs: "phoenix-*-bandit", whose: "adapter",
    why: "Bandit loses a frame that arrives in one segment with the upgrade request",
  },
  {
    rule: "E-15", runs: "phoenix-*-bandit", whose: "adapter",
    why: "Bandit from 1.11 on closes with 1008 if a continuation frame is empty",
  },
  {
    rule: "P-19", runs: "phoenix-*-bandit", whose: "adapter",
    why: "Bandit does not notice that a client has given up its poll, and the messages in that poll's response are lost",
  },
];

/** Remarks on whole runs. */
export const remarks = [];

/** A pattern of the two lists above against a run's file. */
export const covers = ({ runs }, file) =>
  new RegExp(`^${runs.replaceAll(".", "\\.").replaceAll("*", ".*")}\\.json$`).test(file);
