// The search of the site: a field in the bar, and what was found below it. "/" goes to the field,
// the arrows walk through what was found, Enter opens it, Escape closes.

(function () {
  const SHOWN = 5;
  let finder = null;
  let loading = null;

  /** What can be found is big, so it comes when somebody begins to look. */
  function load() {
    loading ??= ["minisearch.js", "finding.js", "found.js"]
      .reduce(
        (before, name) =>
          before.then(
            () =>
              new Promise((done, failed) => {
                const script = document.createElement("script");
                Object.assign(script, { src: name, onload: done, onerror: failed });
                document.head.append(script);
              }),
          ),
        Promise.resolve(),
      )
      .then(() => {
        finder = new Finding.Finder(searchEntries, MiniSearch);
      });
    return loading;
  }

  function make(name, className, ...children) {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...children);
    return element;
  }

  function row(entry, query) {
    const { before, word, after } = Finding.context(entry, query);
    const link = make("a", "", make("b", "", entry.title), " ", make("i", "", entry.where));
    link.href = entry.to;
    if (entry.text) link.append(make("span", "", before, make("mark", "", word), after));
    return make("li", "", link);
  }

  function groupOf({ group, name, found }, query) {
    const list = make("ul", "", ...found.slice(0, SHOWN).map((entry) => row(entry, query)));
    const section = make("section", group, make("h2", "", `${name} (${found.length})`), list);
    if (found.length > SHOWN) {
      const more = make("button", "", `${Math.min(found.length, 50) - SHOWN} more`);
      more.type = "button";
      more.addEventListener("click", () => {
        list.append(...found.slice(SHOWN, 50).map((entry) => row(entry, query)));
        list.children[SHOWN].firstChild.focus();
        more.remove();
      });
      section.append(more);
    }
    return section;
  }

  function show(box, panel) {
    const query = box.value.trim();
    panel.hidden = query === "";
    if (query === "" || finder === null) return;
    const groups = finder.find(query);
    const rows = groups.map((group) => groupOf(group, query));
    panel.replaceChildren(...(rows.length > 0 ? rows : [make("p", "", `Nothing has “${query}” in it.`)]));
    panel.scrollTop = 0;
  }

  /** The arrows go from the field through what was found, and back. */
  function walk(event, box, panel) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const stops = [box, ...panel.querySelectorAll("a, button")];
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (next) next.focus();
    event.preventDefault();
  }

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("form.search");
    const box = form.querySelector("input");
    const panel = form.querySelector(".found");
    box.addEventListener("focus", () => load().then(() => show(box, panel)), { once: true });
    box.addEventListener("input", () => load().then(() => show(box, panel)));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      panel.querySelector("a")?.click();
    });
    form.addEventListener("keydown", (event) => walk(event, box, panel));
    document.addEventListener("keydown", (event) => {
      const typing = event.target.matches("input, textarea, select");
      if (event.key === "/" && !typing) {
        event.preventDefault();
        box.select();
      }
      if (event.key === "Escape" && form.contains(event.target)) {
        panel.hidden = true;
        box.blur();
      }
    });
    document.addEventListener("click", ({ target }) => {
      if (!form.contains(target)) panel.hidden = true;
    });
    box.addEventListener("focus", () => (panel.hidden = box.value.trim() === ""));
  });
})();
