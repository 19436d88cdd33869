// How the search of the site finds: an index of words over all that index.mjs gathered. A plain
// script, since a page opened as a file may load no modules.

(function (self) {
  const GROUPS = [
    ["book", "The book"],
    ["protocol", "The protocol"],
    ["rules", "Rules"],
    ["pages", "Pages to look up"],
    ["traces", "Recordings"],
    ["said", "Errors, and lines of the log"],
    ["names", "Names in the code"],
  ];

  const small = (text) => text.toLowerCase();

  /** `phx::Socket::take_turn` can be found by any of its names and their parts, and J-07 as one word. */
  function words(text) {
    return text.split(/[^\p{L}\p{N}_:-]+/u).flatMap((token) => {
      const whole = token.replace(/^[-:_]+|[-:_]+$/g, "");
      if (whole === "") return [];
      const parts = whole
        .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
        .split(/[\s_:-]+/)
        .filter(Boolean);
      return [...new Set([whole, ...whole.split("::"), ...parts, parts.join("")])].filter(Boolean);
    });
  }

  /** What a reader asks for: each word as typed; the index knows its parts. */
  const asked = (query) => query.split(/[\s"'`(){}[\],.;=]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));

  const ASIDE =
    /^(Try|In Phoenix|What goes wrong|What you can now answer|Change it and watch.*|Exercise|What to read first|How to run|In which order|What good looks like|If you want more)$/;

  /** Names of the suite, of simulated worlds and of tests: a reader mostly means the library's. */
  const OTHERS = /^conformance\/|phx::(conformance|simulation|testing)::/;

  /** `make conformance` is in "make conformance ONLY=B-*", and not in "make conformance-client". */
  function hasWords(text, phrase) {
    for (let at = text.indexOf(phrase); at >= 0; at = text.indexOf(phrase, at + 1)) {
      if (!/[\p{L}\p{N}_-]/u.test(text[at + phrase.length] ?? "")) return true;
    }
    return false;
  }

  /** How much more an entry says of the phrase than its words do. */
  function weight({ title, where, shows = "", text }, phrase) {
    const named = (name) => name === phrase || name.endsWith(`::${phrase}`);
    const own = small(title);
    if (named(own)) {
      if (where === "class" || where === "struct") return 120;
      if (OTHERS.test(`${where} ${own}`)) return 30;
      return /^phx::\w+::\w+$/.test(own) ? 90 : 60; // what a user calls comes before a file's own
    }
    const explains = ASIDE.test(title) ? 0.5 : 1;
    if (small(shows).split(" ").some(named)) return 20 * explains;
    if (own.includes(phrase)) return 12 * explains;
    return (hasWords(small(text), phrase) ? 8 : 1) * explains;
  }

  class Finder {
    constructor(entries, MiniSearch) {
      this.entries = entries;
      this.index = new MiniSearch({
        fields: ["title", "where", "shows", "text"],
        tokenize: words,
        processTerm: small,
        // A long section that explains a word is worth as much as a short one that mentions it.
        searchOptions: { tokenize: asked, combineWith: "AND", bm25: { k: 1.2, b: 0.3, d: 0.5 }, boost: { title: 4, shows: 4, where: 2 } },
      });
      this.index.addAll(entries.map((entry, id) => ({ id, ...entry })));
    }

    /** [{group, name, found: [entry]}] with the best first; a group that has nothing is left out. */
    find(query) {
      if (asked(query).length === 0) return [];
      const exact = this.ranked(query, { prefix: (term) => term.length > 1 });
      const scores = exact.size > 0 ? exact : this.ranked(query, { prefix: true, fuzzy: 0.2 });
      for (const id of [...this.named(query), ...this.quoted(query)]) scores.set(id, (scores.get(id) ?? 0) + 1);
      const ids = [...scores.keys()].sort((a, b) => scores.get(b) - scores.get(a));
      return GROUPS.map(([group, name]) => {
        const found = ids.map((id) => this.entries[id]).filter((entry) => entry.group === group);
        return { group, name, found };
      }).filter(({ found }) => found.length > 0);
    }

    /** From entry to score. The words as they were typed, side by side, count most: first of all a class's name. */
    ranked(query, options) {
      const phrase = small(query.trim().replace(/^"|"$/g, ""));
      return new Map(
        this.index.search(query, options).map(({ id, score }) => [id, score * weight(this.entries[id], phrase)]),
      );
    }

    /** Messages that were pasted whole, with what the server has filled in. */
    quoted(query) {
      const start = small(query.trim().replace(/^"/, "")).slice(0, KNOWN_BY);
      if (start.length < KNOWN_BY) return [];
      return this.entries.flatMap(({ group, title }, id) =>
        group === "said" && small(title).includes(start) ? [id] : [],
      );
    }

    /** Names of the code that have the text anywhere inside. */
    named(query) {
      const part = small(query.trim());
      if (part.length < 3) return [];
      return this.entries.flatMap(({ group, title }, id) =>
        group === "names" && small(title).includes(part) ? [id] : [],
      );
    }
  }

  /** The first letters of a message by which it is known again: what comes later, the server fills in. */
  const KNOWN_BY = 20;

  /** About `width` characters of an entry's text round the first asked word: {before, word, after}. */
  function context({ text }, query, width = 110) {
    const low = small(text);
    const phrase = small(query.trim().replace(/^"|"$/g, ""));
    const places = [phrase, ...asked(query).map(small)].map((word) => [low.indexOf(word), word]);
    const [at, word] = places.find(([place]) => place >= 0) ?? [0, ""];
    const from = at < width / 2 ? 0 : low.indexOf(" ", at - width / 2) + 1;
    return {
      before: (from > 0 ? "… " : "") + text.slice(from, at),
      word: text.slice(at, at + word.length),
      after: text.slice(at + word.length, from + width + word.length),
    };
  }

  self.Finding = { Finder, context };
})(globalThis);
