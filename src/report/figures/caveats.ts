import type { Figure } from "./figure.ts";
import { escaped, textWidth } from "./svg-text.ts";

/** Sentences at most under a picture. */
const most = 4;

/** A figure with sentences after its caption, and in its picture. */
export function withCaveats(figure: Figure, sentences: readonly string[]): Figure {
  if (sentences.length === 0) return figure;
  const more = sentences.length - most;
  const shown =
    more > 0 ? [...sentences.slice(0, most), `The report has more such remarks: ${more}.`] : sentences;
  return {
    ...figure,
    caption: [figure.caption, ...shown].join(" "),
    svg: withSentences(figure.svg, shown),
  };
}

/** A drawing of `draw` with sentences under it, which its description has too: what one must know who sees nothing else. */
function withSentences(svg: string, sentences: readonly string[]): string {
  const [head, width, height] = /viewBox="0 0 (\d+) (\d+)" width="\d+" height="\d+"/.exec(svg)!;
  const lineHeight = 15;
  const lines = sentences.flatMap((sentence) => wrapped(sentence, Number(width) - 8));
  const text = lines.map(
    (line, i) => `<text x="4" y="${Number(height) + lineHeight * (i + 1)}">${escaped(line)}</text>`,
  );
  const below = Number(height) + lineHeight * lines.length + 8;
  return svg
    .replace(head, `viewBox="0 0 ${width} ${below}" width="${width}" height="${below}"`)
    .replace("</desc>", () => ` ${escaped(sentences.join(" "))}</desc>`)
    .replace(/<\/svg>\n$/, () => `<g text-anchor="start">${text.join("")}</g>\n</svg>\n`);
}

/** A sentence in lines of at most `width` pixels, cut between words. */
function wrapped(sentence: string, width: number): string[] {
  const lines = [""];
  for (const word of sentence.split(" ")) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    if (textWidth(longer) <= width || longer === word) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
