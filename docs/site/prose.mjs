// prose.mjs: a page's words, without code, links' targets, comments, HTML and addresses. These are
// replaced by blanks, so that lines and columns stay.

import { classify } from "./pages.mjs";

const NO_WORDS = [
  /<https?:[^>]*>/g,
  /<\/?[a-z][^>]*>/gi,
  /(?<=\])\([^)\s]*(?: "[^"]*")?\)/g, // a link's target
  /^\[[^\]]+\]:.*$/g, // a link's definition
  /https?:\S+/g,
  /&[a-z]+;/gi,
  /\S*[\w)]\/[\w(.]\S*/g, // a path
  /\b[\w.-]+\.(?:md|cc|h|js|mjs|ex|exs|dot|svg|har|json|html|css)\b/g,
  /\b\w*(?:_\w+|::\w+)+/g, // a name out of code
  /\b[A-Z]\w*(?:\.[A-Z]\w*)+/g, // Phoenix.Channel
  /\b[\w-]*\d[\w-]*/g, // a rule's id, a version
  /(?<=\w)['’]s\b/g, // somebody's
  /\b\w*[a-z][A-Z]\w*/g, // LiveView
  /\b[A-Z]{2,}s?\b/g, // JSON
];

const blank = (text) => " ".repeat(text.length);

/** A page's lines of words: {number, words}. */
export function prose(text) {
  return classify(withoutSpans(text))
    .filter(({ kind }) => kind === "prose")
    .map(({ number, line }) => ({
      number,
      words: NO_WORDS.reduce((rest, what) => rest.replace(what, blank), line),
    }));
}

/** Code may begin on one line and end on the next, and so may a comment. */
function withoutSpans(text) {
  const keepLines = (span) => span.replace(/[^\n]/g, " ");
  const pieces = text.split(/^(?=\s*(?:```|~~~))|(?<=\n\n)/m);
  const spans = /<!--[\s\S]*?-->|(?<!`)(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g;
  let fenced = false;
  return pieces
    .map((piece) => {
      if (/^\s*(```|~~~)/.test(piece)) fenced = !fenced;
      // After a fence's end there are words again.
      const end = fenced || !/^\s*(```|~~~)/.test(piece) ? 0 : piece.indexOf("\n");
      return fenced ? piece : piece.slice(0, end) + piece.slice(end).replace(spans, keepLines);
    })
    .join("");
}
