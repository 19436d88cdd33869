// explained.js: why a server in these runs departs from a rule, and the departure's origin:
//
//   suite      the rule asked for what Phoenix does not promise, or asked in a way that fails by itself
//   framework  the server's own channels: Phoenix's, or those of lib/
//   adapter    what carries them: Cowboy, Bandit
//   client     of a run about a client: its own source
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
  {
    rule: "C-18", runs: "client-*", whose: "client",
    why: "it connects again after every close that its user did not ask for, whatever the code: proxies close with 1000, too (onConnClose)",
  },
  {
    rule: "C-39", runs: "client-phoenix-js-1.*", whose: "client",
    why: "until 1.8 Presence looks a key up in an object with a prototype, finds what is not a presence, and throws (syncState)",
  },
  {
    rule: "C-21", runs: "client-phoenix-js-1.4.18", whose: "client",
    why: "it drops what begins, answers or ends an earlier join, and delivers that join's pushes (isMember)",
  },
  {
    rule: "C-28", runs: "client-ph*", whose: "client",
    why: "it joins a topic a second time and leaves nothing before: leaveOpenTopic came later",
  },
  {
    rule: "C-20", runs: "client-supabase-realtime-js", whose: "client",
    why: "RealtimeClient takes its parameters as a value, and no function",
  },
  {
    rule: "C-20", runs: "client-phoenix-channels", whose: "client",
    why: "it takes its parameters as a value, and no function (endPointURL)",
  },
  {
    rule: "C-04", runs: "client-phoenix-channels", whose: "client",
    why: "like phoenix.js 1.2, it sends no join_ref (push.js, send)",
  },
  {
    rule: "C-05", runs: "client-phoenix-channels", whose: "client",
    why: "like phoenix.js 1.2, it sends no join_ref (push.js, send)",
  },
  {
    rule: "C-26", runs: "client-phoenix-channels", whose: "client",
    why: "a refused join sets no timer: only an error and a timeout do (channel.js)",
  },
  {
    rule: "C-27", runs: "client-phoenix-channels", whose: "client",
    why: "after a timeout it joins again without a phx_leave (channel.js)",
  },
  {
    rule: "C-30", runs: "client-phoenix-channels", whose: "client",
    why: "JSON.parse throws in its callback, nothing catches that, and the process ends (socket.js, onConnMessage)",
  },
  {
    rule: "C-32", runs: "client-phoenix-channels", whose: "client",
    why: "syncDiff puts the metas that it has beside the same ones that come (presence.js)",
  },
  {
    rule: "C-39", runs: "client-phoenix-channels", whose: "client",
    why: "Presence looks a key up in an object with a prototype, and the exception ends the process (presence.js, syncState)",
  },
];

/** Remarks on whole runs. */
export const remarks = [];

/** A pattern of the two lists above against a run's file. */
export const covers = ({ runs }, file) =>
  new RegExp(`^${runs.replaceAll(".", "\\.").replaceAll("*", ".*")}\\.json$`).test(file);
