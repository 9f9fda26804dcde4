import { type Mark, symbolPath } from "./marks.ts";
import { type Fill, paint } from "./palette.ts";
import { escaped, textWidth } from "./svg-text.ts";

/** What an entry stands for: an area, a point, a line with its points, a line, or an upright tick. */
export interface LegendEntry {
  readonly label: string;
  readonly sample: Fill | Mark | "tick" | "line";
  /** of a mark: the line as well as the point */
  readonly line?: boolean;
}

const lineHeight = 17;
const textStart = 27;

/** A legend as SVG elements, in lines of `most` pixels, and how high it is in pixels. */
export function legendOf(
  figure: string,
  entries: readonly LegendEntry[],
  most: number,
): { svg: string; height: number } {
  let [x, y] = [0, 0];
  const placed = entries.map((entry) => {
    const width = textStart + textWidth(entry.label) + 12;
    if (x > 0 && x + width > most) [x, y] = [0, y + lineHeight];
    const text = `<text x="${textStart}" y="11" fill="currentColor">${escaped(entry.label)}</text>`;
    const svg = `<g transform="translate(${x},${y + 2})">${sampleOf(figure, entry)}${text}</g>`;
    x += width;
    return svg;
  });
  return { svg: placed.join(""), height: entries.length > 0 ? y + lineHeight + 4 : 0 };
}

function sampleOf(figure: string, { sample, line }: LegendEntry): string {
  if (sample === "tick") return `<path d="M12,0V14" stroke="currentColor" stroke-width="2"/>`;
  if (sample === "line")
    return `<path d="M0,7H24" stroke="currentColor" stroke-opacity="0.6" stroke-width="1.5"/>`;
  if ("pattern" in sample)
    return `<rect x="2" y="1" width="20" height="12" fill="${paint(figure, sample)}"/>`;
  const stroke = `stroke="${sample.colour}" stroke-width="1.5" fill="none"`;
  const dashes = sample.dashes && ` stroke-dasharray="${sample.dashes}"`;
  const through = line ? `<path d="M0,7H24" ${stroke}${dashes}/>` : "";
  return `${through}<path d="${symbolPath(sample.symbol)}" transform="translate(12,7)" ${stroke}/>`;
}
