// explained.js: why a server in these runs departs from a rule, and whose departure that is:
//
//   suite      the rule asked for what Phoenix does not promise, or asked in a way that fails by itself
//   framework  the server's own channels: Phoenix's, or those of lib/
//   adapter    what carries them: Cowboy, Bandit
//
// `runs` names runs by their file, with `*` for anything. A departure that stands here twice or not at all,
// and a line that no run needs, fail judging/results.test.js.

export const explained = [
  {
    rule: "B-12", runs: "phoenix-1.*", whose: "suite",
    why: "the rule was judged on version 1 too, whose serializer takes a payload of any kind; on version 2 it is kept",
  },
  {
    rule: "H-22", runs: "phoenix-1.*-cowboy", whose: "suite",
    why:
      "Cowboy before 2.18 looks for a request line in what follows the upgrade: where the frame holds a byte 0x0A " +
      "it answers 400. The suite's mask was random, and made such a byte in one frame of eight",
  },
  {
    rule: "H-22", runs: "phoenix-*-bandit", whose: "adapter",
    why: "Bandit loses a frame that arrives in one segment with the upgrade request",
  },
  {
    rule: "H-24", runs: "phoenix-*-bandit", whose: "adapter",
    why: "Bandit from 1.11 on closes with 1009 where a message inflates more than 25:1; the suite's went beyond that",
  },
  {
    rule: "E-08", runs: "phoenix-*-bandit", whose: "adapter",
    why: "Bandit from 1.11 on closes with 1008 where a continuation frame is empty; the suite sent one in the middle",
  },
  {
    rule: "P-19", runs: "phoenix-*-bandit", whose: "adapter",
    why: "Bandit does not notice that a client has given up its poll, and what that poll was answered with is lost",
  },
];

/** What a reader must know of some runs as a whole. */
export const remarks = [
  {
    runs: "phoenix-1.*",
    text:
      "were judged by the suite as it was on their day. Since then B-12 is judged on version 2 alone, H-22 chooses its mask, " +
      "E-08 has no empty fragment in the middle, H-24's message compresses less, more rules tell releases apart, and there " +
      "are some eighty rules more.",
  },
];

/** A pattern of the two lists above against a run's file. */
export const covers = ({ runs }, file) =>
  new RegExp(`^${runs.replaceAll(".", "\\.").replaceAll("*", ".*")}\\.json$`).test(file);
