// Understands just enough C++ to change it: what is code, and what is a comment or a string.

/** The source with its comments and the insides of its literals blanked, of the same length. */
export function mask(source) {
  const blank = (text) => text.replace(/[^\n]/g, " ");
  return source.replace(
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|(?<![\w'])'(?:[^'\\\n]|\\.)*'|^#[^\n]*/gm,
    (part) => (part[0] === '"' || part[0] === "'" ? part[0] + blank(part.slice(1, -1)) + part[0] : blank(part)),
  );
}
