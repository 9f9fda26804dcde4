/** Characters of a line of text for people, tables aside: it fits into a terminal. */
const longest = 79;

/**
 * Texts under one another, each ending its line. One that is too long for a line is cut between words, and what follows
 * begins with `indent`; a word is never cut.
 */
export const textLines = (texts: readonly string[], indent = ""): string =>
  texts
    .flatMap((text) => text.split("\n"))
    .map((text) => `${folded(text, indent)}\n`)
    .join("");

function folded(text: string, indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const [i, word] of text.split(" ").entries()) {
    const longer = i === 0 ? word : `${line} ${word}`;
    const fits = longer.length <= longest || line.trim() === "";
    if (!fits) lines.push(line);
    line = fits ? longer : `${indent}${word}`;
  }
  return [...lines, line].join("\n");
}
