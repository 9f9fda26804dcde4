import { withFont } from "../../dist/report/figures/font.js";
import { colours } from "../../dist/report/figures/palette.js";
import { escaped, fontFamily } from "../../dist/report/figures/svg-text.js";

export const { blue, orange, green, vermilion, grey, sky } = colours;

/** Ink and ground follow the reader's light or dark. */
const style = [
  ".ground{fill:#fff}.ink{fill:#1a1a1a}.line{stroke:#1a1a1a}.soft{fill:#666}",
  "@media(prefers-color-scheme:dark){.ground{fill:#16181c}.ink{fill:#e6e6e6}.line{stroke:#e6e6e6}.soft{fill:#a5a5a5}}",
].join("");

/** An SVG document with its font: `title` for those who cannot see it, `parts` of its markup. */
export const picture = (width, height, title, parts) =>
  withFont(
    [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img"`,
      ` font-family="'${fontFamily}', Helvetica, Arial, sans-serif" font-size="14">`,
      `<title>${escaped(title)}</title><desc>${escaped(title)}</desc>\n`,
      `<style>${style}</style>`,
      '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse">',
      '<path d="M0,0L8,4L0,8z" class="ink"/></marker></defs>\n',
      `<rect class="ground" width="${width}" height="${height}"/>\n`,
      parts.flat(9).join("\n"),
      "\n</svg>\n",
    ].join(""),
  );

/** Lines of text below each other, around a place or from it on. */
export const text = (x, y, lines, { anchor = "start", bold = false, soft = false, size = 14 } = {}) =>
  [lines].flat().map((line, i) => {
    const weight = bold
      ? ' font-weight="600" stroke-width="0.3" class="ink line"'
      : ` class="${soft ? "soft" : "ink"}"`;
    return `<text x="${x}" y="${y + i * (size + 3)}" text-anchor="${anchor}" font-size="${size}"${weight}>${escaped(line)}</text>`;
  });

/** A rectangle that is tinted with a colour, the name of a folder in its corner, and what it does below that. */
export const box = (
  x,
  y,
  width,
  height,
  { colour = grey, name, about = [], strength = 0.16, dashed = false } = {},
) => [
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4" fill="${colour}" fill-opacity="${strength}" stroke="${colour}" ` +
    `stroke-width="1.5"${dashed ? ' stroke-dasharray="5 4"' : ""}/>`,
  name === undefined ? [] : text(x + 8, y + 18, name, { bold: true }),
  text(x + 8, y + (name === undefined ? 18 : 36), about, { size: 13 }),
];

/** A line through places `[x, y]`, with a tip at its end, or at both. */
export const arrow = (places, { both = false, colour } = {}) => {
  const path = places.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x},${y}`).join("");
  const ink = colour === undefined ? 'class="line"' : `stroke="${colour}"`;
  return `<path d="${path}" fill="none" ${ink} stroke-width="1.5" marker-end="url(#tip)"${both ? ' marker-start="url(#tip)"' : ""}/>`;
};

/** A filled rectangle without a frame. */
export const bar = (x, y, width, height, colour, strength = 1) =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${colour}" fill-opacity="${strength}"/>`;

/** An upright or level thin line. */
export const rule = (x1, y1, x2, y2, strength = 0.25) =>
  `<path d="M${x1},${y1}L${x2},${y2}" class="line" stroke-opacity="${strength}"/>`;

export const range = (length) => Array.from({ length }, (_, i) => i);
