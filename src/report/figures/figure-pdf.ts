import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { DOMParser } from "linkedom";
import PDFDocument from "pdfkit";
import { pageWidth } from "./svg-text.ts";
import { unpackedFont } from "./unpacked-font.ts";

type Pdf = PDFKit.PDFDocument;

/** What is used of an element. */
interface Drawn {
  readonly localName: string;
  readonly children: Iterable<Drawn>;
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
}

/** What elements have from those around them. */
interface Style {
  readonly fill: string;
  readonly stroke: string;
  readonly strokeWidth: number;
  readonly strokeOpacity: number;
  readonly dashes: string;
  readonly fontSize: number;
  readonly anchor: string;
}

/** Points for a pixel: a figure that is as wide as a paper's two columns has 7 inches, words of 8.7 points. */
const scale = (7 * 72) / pageWidth;
const ink = "#1a1a1a";

/** The font of all figures in the older form: of the newer one pdfkit cannot take the letters that a figure uses. */
const font = createRequire(import.meta.url).resolve(
  "@fontsource/source-sans-3/files/source-sans-3-latin-400-normal.woff",
);
let unpacked: Uint8Array | undefined;

/**
 * A drawn figure as a PDF of one page as large as the figure, for a paper: lines and words stay such. It knows what our own figures are made of
 * and no other SVG; an element that it does not know is an error. The same figure gives the same bytes.
 */
export async function figurePdf(svg: string, title: string): Promise<Uint8Array> {
  const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement as unknown as Drawn;
  const [width, height] = ["width", "height"].map((name) => Number(root.getAttribute(name)));
  const pdf = new PDFDocument({
    size: [width * scale, height * scale],
    margin: 0,
    info: { Title: title, CreationDate: new Date(0) },
  });
  const chunks: Uint8Array[] = [];
  pdf.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  const done = new Promise((resolve) => pdf.on("end", resolve));
  unpacked ??= unpackedFont(readFileSync(font));
  pdf.font(unpacked).scale(scale);
  drawChildren(root, { pdf, patterns: patternsOf(root), size: [width, height] }, styleOf(root, initial));
  pdf.end();
  await done;
  return Buffer.concat(chunks);
}

const initial: Style = {
  fill: ink,
  stroke: "none",
  strokeWidth: 1,
  strokeOpacity: 1,
  dashes: "",
  fontSize: 11,
  anchor: "start",
};

/** Where a figure is drawn. */
interface Canvas {
  readonly pdf: Pdf;
  /** by id: the colour of an area, and the white lines on it */
  readonly patterns: ReadonlyMap<
    string,
    { readonly colour: string; readonly lines: string; readonly width: number }
  >;
  readonly size: readonly [number, number];
}

function styleOf(element: Drawn, around: Style): Style {
  const given = (name: string) => element.getAttribute(name);
  const number = (name: string, otherwise: number) => Number(given(name) ?? otherwise);
  return {
    fill: given("fill") ?? around.fill,
    stroke: given("stroke") ?? around.stroke,
    strokeWidth: number("stroke-width", around.strokeWidth),
    strokeOpacity: number("stroke-opacity", around.strokeOpacity),
    dashes: given("stroke-dasharray") ?? around.dashes,
    fontSize: number("font-size", around.fontSize),
    anchor: given("text-anchor") ?? around.anchor,
  };
}

const drawChildren = (element: Drawn, canvas: Canvas, style: Style): void => {
  for (const child of element.children) drawElement(child, canvas, styleOf(child, style));
};

/** Elements that show nothing by themselves. */
const unseen = new Set(["title", "desc", "style", "defs"]);

function drawElement(element: Drawn, canvas: Canvas, style: Style): void {
  const { pdf } = canvas;
  if (unseen.has(element.localName)) return;
  pdf.save();
  transform(pdf, element.getAttribute("transform") ?? "");
  if (element.localName === "g") drawChildren(element, canvas, style);
  else if (element.localName === "text") drawText(element, pdf, style);
  else paint(canvas, style, outlineOf(element, canvas.size));
  pdf.restore();
}

function transform(pdf: Pdf, text: string): void {
  for (const [, name, list] of text.matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [a, b = 0] = list.split(/[\s,]+/).map(Number);
    if (name === "translate") pdf.translate(a, b);
    else if (name === "rotate") pdf.rotate(a);
    else throw new Error(`not understood in a figure: transform ${name}`);
  }
}

/** The outline of a shape as the data of an SVG path. */
function outlineOf(element: Drawn, [width, height]: readonly [number, number]): string {
  const at = (name: string, whole = 0) => {
    const text = element.getAttribute(name) ?? "0";
    return text.endsWith("%") ? (Number.parseFloat(text) / 100) * whole : Number(text);
  };
  switch (element.localName) {
    case "path":
      return element.getAttribute("d") ?? "";
    case "line":
      return `M${at("x1")},${at("y1")}L${at("x2")},${at("y2")}`;
    case "rect":
      return `M${at("x")},${at("y")}h${at("width", width)}v${at("height", height)}h${-at("width", width)}Z`;
    default:
      throw new Error(`not understood in a figure: element ${element.localName}`);
  }
}

function paint({ pdf, patterns }: Canvas, style: Style, outline: string): void {
  const [, id] = /^url\(#(.*)\)$/.exec(style.fill) ?? [];
  const pattern = id === undefined ? undefined : patterns.get(id);
  const fill = pattern?.colour ?? style.fill;
  if (fill !== "none") pdf.path(outline).fillColor(colourOf(fill)).fill();
  if (pattern) {
    const tile = pdf.pattern([0, 0, 6, 6], 6, 6, `${pattern.width} w ${linesOf(pattern.lines)}`);
    pdf.path(outline).fill([tile, "white"] as unknown as string);
  }
  if (style.stroke === "none") return;
  pdf.lineWidth(style.strokeWidth).strokeColor(colourOf(style.stroke), style.strokeOpacity);
  if (style.dashes) {
    const [length, space = length] = style.dashes.split(/[\s,]+/).map(Number);
    pdf.dash(length, { space });
  }
  pdf.path(outline).stroke();
}

const colourOf = (colour: string): string => (colour === "currentColor" ? ink : colour);

/** The lines of a pattern as PDF operators; upright in a PDF is downright in an SVG. */
const linesOf = (path: string): string => {
  let [x, y] = [0, 0];
  const operators = Array.from(path.matchAll(/([MLHV])([-\d.,]*)/g), ([, letter, numbers]) => {
    const [a, b = 0] = numbers.split(",").map(Number);
    if (letter === "H") x = a;
    else if (letter === "V") y = a;
    else [x, y] = [a, b];
    return `${x} ${6 - y} ${letter === "M" ? "m" : "l"}`;
  });
  return `${operators.join(" ")} S`;
};

function patternsOf(root: Drawn): Canvas["patterns"] {
  const patterns = new Map<string, { colour: string; lines: string; width: number }>();
  for (const defs of root.children)
    for (const pattern of defs.localName === "defs" ? defs.children : []) {
      const [ground, lines] = pattern.children;
      patterns.set(pattern.getAttribute("id")!, {
        colour: ground.getAttribute("fill")!,
        lines: lines.getAttribute("d")!,
        width: Number(lines.getAttribute("stroke-width")),
      });
    }
  return patterns;
}

function drawText(element: Drawn, pdf: Pdf, { fontSize, anchor, fill }: Style): void {
  const text = element.textContent ?? "";
  const shift = (name: string) => {
    const given = element.getAttribute(name) ?? "0";
    return Number.parseFloat(given) * (given.endsWith("em") ? fontSize : 1);
  };
  pdf.fontSize(fontSize).fillColor(colourOf(fill));
  const width = pdf.widthOfString(text);
  const before = { start: 0, middle: width / 2, end: width }[anchor] ?? 0;
  const [x, y] = [shift("x") + shift("dx") - before, shift("y") + shift("dy")];
  pdf.text(text, x, y, { lineBreak: false, baseline: "alphabetic" });
}
