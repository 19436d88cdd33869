// How the search of the site finds: an index of words over all that index.mjs gathered. A plain
// script, since a page opened as a file may load no modules.

(function (self) {
  const GROUPS = [
    ["book", "The book"],
    ["protocol", "The protocol"],
    ["rules", "Rules"],
    ["pages", "Pages to look up"],
    ["traces", "Recordings"],
    ["names", "Names in the code"],
  ];

  const small = (text) => text.toLowerCase();

  /** `phx::Socket::takeTurn` can be found by any of its parts, and J-07 as one word. */
  function words(text) {
    return text.split(/[^\p{L}\p{N}_:-]+/u).flatMap((token) => {
      const whole = token.replace(/^[-:_]+|[-:_]+$/g, "");
      if (whole === "") return [];
      const parts = whole
        .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
        .split(/[\s_:-]+/)
        .filter(Boolean);
      return parts.length > 1 ? [whole, ...parts, parts.join("")] : [whole];
    });
  }

  /** What a reader asks for: each word as typed; the index knows its parts. */
  const asked = (query) => query.split(/[\s"'`(){}[\],.;=]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));

  class Finder {
    constructor(entries, MiniSearch) {
      this.entries = entries;
      this.index = new MiniSearch({
        fields: ["title", "where", "text"],
        tokenize: words,
        processTerm: small,
        searchOptions: { tokenize: asked, combineWith: "AND", boost: { title: 4, where: 2 } },
      });
      this.index.addAll(entries.map((entry, id) => ({ id, ...entry })));
    }

    /** [{group, name, found: [entry]}] with the best first; a group that has nothing is left out. */
    find(query) {
      if (asked(query).length === 0) return [];
      const exact = this.ranked(query, { prefix: (term) => term.length > 1 });
      const scores = exact.size > 0 ? exact : this.ranked(query, { prefix: true, fuzzy: 0.2 });
      for (const id of this.named(query)) scores.set(id, (scores.get(id) ?? 0) + 1);
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
        this.index.search(query, options).map(({ id, score }) => {
          const { title, where, text } = this.entries[id];
          if (small(title) === phrase || small(title).endsWith(`::${phrase}`)) {
            return [id, score * (where === "class" || where === "struct" ? 40 : 20)];
          }
          if (small(title).includes(phrase)) return [id, score * 6];
          return [id, small(text).includes(phrase) ? score * 4 : score];
        }),
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
