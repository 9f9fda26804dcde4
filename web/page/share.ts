import { reportCsv } from "../../src/report/csv.ts";
import { reportFigures } from "../../src/report/figures/index.ts";
import { jsonText } from "../../src/report/format.ts";
import { reportJson } from "../../src/report/json.ts";
import type { Report } from "../../src/report/report.ts";
import { drawn, h } from "./element.ts";
import { unchanged } from "./model.ts";
import { firstState, pinText, type Settings, type State, shareText } from "./state.ts";

/** The command that gives the same numbers in a terminal; of a report none does. */
export function commandOf({
  origin,
  settings,
  pins,
  others,
  equalArea,
  node,
  dram,
}: State): string | undefined {
  if (origin.report !== undefined) return undefined;
  const { trace, network, step, batch, seed, zeros, densities } = origin;
  const given = Object.entries(densities).map(([name, share]) => `${name}=${shareText(share as number)}`);
  const kept = [
    ...(Object.keys(settings).length > 0 ? [`${unchanged}=swg`] : []),
    ...pins.filter((pin) => !pin.origin).map((pin) => pinText(pin.label, pin.settings)),
  ];
  const machines = ["swg", ...(equalArea ? [] : kept), ...others];
  const work =
    trace === undefined
      ? [
          ...flag("network", network),
          ...flag("batch", batch),
          ...flag("seed", seed, 1),
          ...flag("zeros", zeros, "fitted"),
          ...flag("density", given.join(","), ""),
        ]
      : [...flag("trace", trace), ...flag("steps", step)];
  const words = [
    ...work,
    ...flag("accelerators", machines.join(",")),
    ...Object.entries(settings).flatMap(([name, value]) => flag("set", `swg.${name}=${value}`)),
    ...(equalArea ? ["--equal-area"] : []),
    ...flag("node", node, firstState.node),
    ...flag("dram", dram, firstState.dram),
    "--why",
  ];
  return ["npx swg run", ...words.map(inShell)].join(" ");
}

/** A flag with its value; none for what is not there, or is as without the flag. */
const flag = (name: string, value: string | number | undefined, usual?: string | number): string[] =>
  value === undefined || value === usual ? [] : [`--${name}`, String(value)];

/** A word as a shell takes it. */
const inShell = (word: string): string =>
  /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** A machine file, as `swg run --machine` reads it: what differs from the default. */
const machineFile = (settings: Settings): string => jsonText({ accelerator: "swg", parameters: settings });

/** Everything that can be saved of a report, by the id of its button. */
export const saved: Readonly<Record<string, (report: Report, settings: Settings) => void | Promise<void>>> = {
  "save-json": (report) => save("report.json", "application/json", reportJson(report)),
  "save-csv": (report) => save("report.csv", "text/csv", reportCsv(report)),
  "save-machine": (_, settings) => save("machine.json", "application/json", machineFile(settings)),
  "save-svg": (report) => {
    for (const { name, svg } of reportFigures(report)) save(`${name}.svg`, "image/svg+xml", svg);
  },
  "save-png": async (report) => {
    for (const { name, svg } of reportFigures(report)) saveFile(new File([await pngOf(svg)], `${name}.png`));
  },
};

const save = (name: string, type: string, text: string): void => saveFile(new File([text], name, { type }));

/** Lets the browser save a file under its name. */
export function saveFile(file: File): void {
  const url = URL.createObjectURL(file);
  h("a", { href: url, download: file.name }).click();
  // a browser reads it soon, but not at once
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Pixels of a PNG for each of a figure: enough for a page in print. */
const scale = 2;

/** Pixels around a figure, since another font than its own may be wider. */
const margin = 24;

/** A figure as PNG, on white, by the browser's own hand. */
async function pngOf(svg: string): Promise<Blob> {
  const figure = drawn(svg);
  const [x, y, width, height] = figure.getAttribute("viewBox")!.split(/[ ,]+/).map(Number);
  const [wide, high] = [width + 2 * margin, height + margin];
  for (const [name, value] of Object.entries({
    viewBox: `${x - margin} ${y - margin / 2} ${wide} ${high}`,
    width: wide,
    height: high,
  }))
    figure.setAttribute(name, String(value));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(figure))}`;
  await image.decode();
  const canvas = h("canvas", { width: scale * wide, height: scale * high });
  const context = canvas.getContext("2d")!;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((made, failed) =>
    canvas.toBlob((blob) => (blob ? made(blob) : failed(new Error("no PNG from this browser"))), "image/png"),
  );
}
