// habits.mjs: the habits that make English read as if it were translated, each with what to write
// instead. A pattern sees one passage (a comment, a string, a paragraph), or a program's code where
// `code` says so. `wrong` and `right` are examples: english.test.mjs tries every one of them.

const SENTENCE = String.raw`(?<=^|[.:;!] |^["'(*>|-]+ ?)`;
const OUR_WORDS = "Confession|BrokenPromise|SocketKeeper|FaultTeller|Rang";

export const habits = [
  {
    name: "who as the subject of a statement",
    pattern: new RegExp(SENTENCE + String.raw`[Ww]ho (?!am\b)[^?]*?(?=[.;:]|$)(?!\?)`, "g"),
    instead: "the client, the caller, the sender, anyone who",
    wrong: ["Who logs never waits", "Full: who sends must wait."],
    right: ["Who wrote it?", "the client who asks", "It asks who is alive."],
  },
  {
    name: "whoever",
    pattern: /\b(whoever|whosoever|whomever|(he|those|the one) who)\b/gi,
    instead: "the client, the caller, the sender, anyone who",
    wrong: ["Whoever was silent keeps no buffer", "for those who wait"],
    right: ["anyone who waits"],
  },
  {
    name: "so many",
    pattern: /\bso many\b(?! (\w+ ){1,5}that\b)/gi,
    instead: "the number, or the limit",
    wrong: ["So many of the frames are written."],
    right: ["so many frames that the limit is reached"],
  },
  {
    name: "told",
    pattern:
      /\b(is|are|was|were|be|been|being|gets?|got|not|never|and|or) told\b(?! (apart|to)\b)|\btold (of|by|about)\b/gi,
    instead: "reported, notified, logged",
    wrong: ["a crash is told", "told of the end"],
    right: ["a crash is reported", "two clients can be told apart"],
  },
  {
    name: "behind",
    pattern:
      /(?<!\b(falls?|fell|fallen|lags?|lagging|hides?|hidden|runs?|is|sits?|are|servers?|nodes?|clients?|stays?|messages|bytes|ms|far) |\b(leaves?|left|leaving)\b.{0,60} )\bbehind\b(?! (a|the|an|one|your|its|proxies|nginx|HAProxy|TLS)\b|\(\))|\bbehind (it|that|this|all|each other|one another)\b/gi,
    instead: "after; keep it for a proxy in front, and for a reader that falls behind",
    wrong: ["a null behind every name", "the message behind it", "Behind this nothing follows"],
    right: ["a server behind a proxy", "a client that falls behind", "it leaves no memory behind"],
  },
  {
    name: "is no",
    pattern:
      /(?<!\bthere )\b(is|are|was|were) no (?!(longer|more|less|fewer|bigger|larger|shorter|smaller|older|newer|slower|faster|higher|lower|better)\b)\w/gi,
    instead: "is not, is not a, is not valid",
    wrong: ["the payload is no UTF-8", "What is no number is left out"],
    right: ["there is no socket", "is no longer alive", "is no bigger than the limit"],
  },
  {
    name: "for or since as a connective",
    pattern:
      /[,;:] (for|since) (it|they|he|there|this|that|these|those|nothing|nobody|no one|we|you|what|who|only|else|then|each|every|all|a|an|the) (\w+ )?(is|are|was|were|may|can|cannot|must|has|have|had|does|do|did|would|will|could|might|needs?|takes?|holds?|knows?|comes?|goes)\b/gi,
    instead: "because, or a new sentence",
    wrong: ["nothing is freed, for it may be in use", "closed, since nobody is left"],
    right: ["one buffer for the whole frame, one for each client"],
  },
  {
    name: "a client as he",
    pattern: /\b(he|him|his|himself|she|her|herself)\b/gi,
    instead: "it, its; for a person, they or you",
    wrong: ["Finds who answers, and lets him."],
    right: ["The client closes its socket."],
  },
  {
    name: "one as a pronoun",
    pattern:
      /(?<=^|[,;:(.] |\b(what|where|if|when|as|how|so|and|or|because|than) )one (may|can|cannot|can't|must|should|would|wants|needs|sees|writes|asks|says|knows|has to|could|might)\b|\b(under|with|of|in|by|is|to) one's\b/gi,
    instead: "you, the caller, or the passive",
    wrong: ["one can build it with clang", "as one says it", "under one's name"],
    right: ["only one may run", "you can build it", "the first one's place"],
  },
  {
    name: "so that twice in a sentence",
    pattern: /\bso that\b[^.;:]*\bso that\b/gi,
    instead: "two sentences",
    wrong: ["sorted so that it is stable, so that nothing moves"],
    right: ["sorted so that it is stable. Moved so that it fits."],
  },
  {
    name: "as many as there may be",
    pattern: /\bas (many|much|long|large) (\w+ )?as (there |it |they )?may( be)?\b/gi,
    instead: "up to the limit; limit reached",
    wrong: ["there are as many connections as there may be"],
    right: ["as many as fit", "the connection limit is reached"],
  },
  {
    name: "a word that only translations use",
    pattern:
      /\b(anew|thereby|therein|thereof|therefrom|hitherto|thus|whereby|wherein|amidst|in vain|of old|great letter|and else|meanwhile(?= it| the| a))\b/gi,
    instead: "again, so, by, in it, without success, otherwise",
    wrong: ["reads it anew", "and else it waits", "it tries in vain"],
    right: ["reads it again; otherwise it waits"],
  },
  {
    name: "a word of our own for what the field has a word for",
    pattern: new RegExp(String.raw`\b(${OUR_WORDS})\b`, "g"),
    code: true,
    instead: "fault, PromiseBroken, access, FaultReporter, TimerFired",
    wrong: ["class FaultTeller {"],
    right: ["class FaultReporter {"],
  },
  {
    name: "most_ in a name",
    pattern: /\bmost_\w+/g,
    code: true,
    instead: "max_",
    wrong: ["int most_bytes;"],
    right: ["int max_bytes; // at most 3"],
  },
];
