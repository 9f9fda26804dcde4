import { printable, shortened } from "../../src/report/format.ts";
import { networks } from "../../src/workload/networks/index.ts";
import { at, h, put } from "./element.ts";
import { fileName } from "./files.ts";
import type { Opened } from "./results.ts";
import { saveFile } from "./share.ts";
import { type Origin, type State, shareText } from "./state.ts";

/** What the page does for this part of it, and what it knows. */
interface Work {
  /** Simulates another origin. */
  readonly choose: Choose;
  /** Trains a network here, and simulates what it captured. */
  readonly train: () => void;
  /** how far a training is that goes on */
  readonly training?: string;
  /** the file that was chosen last */
  readonly file?: File;
}

type Choose = (origin: Origin) => void;

const mapNames = { fmap: "fmap", emap: "emap", mask: "mask" } as const;

/** Draws what is simulated, and how it can be changed: of a file its step, of a made-up network its images and zeros. */
export function drawWork({ origin }: State, opened: Opened | undefined, work: Work): void {
  const { choose, file } = work;
  put(
    at("work"),
    networkRow(origin, file !== undefined, choose),
    ...rowsOf(origin, opened, choose),
    trainRow(work),
  );
}

function rowsOf(origin: Origin, opened: Opened | undefined, choose: Choose): (HTMLElement | undefined)[] {
  if (origin.report !== undefined) return [];
  return origin.trace === undefined ? madeUpRows(origin, choose) : [stepRow(origin, opened, choose)];
}

/** From pictures to cycles without leaving the page. */
function trainRow({ train, training, file }: Work): HTMLElement {
  if (training !== undefined)
    return h(
      "p",
      { class: "soft", role: "status" },
      h("progress", { "aria-label": "training" }),
      ` Training: ${training}`,
    );
  const title =
    "a CNN of five layers on drawn digits, as swg train does; its step before and after is captured";
  return h(
    "p",
    { class: "row" },
    h("button", { type: "button", class: "small", id: "train", title, onclick: train }, "Train digits here"),
    file && /^digits-seed-/.test(file.name)
      ? h(
          "button",
          { type: "button", class: "small", id: "save-trace", onclick: () => saveFile(file) },
          "Save the trace",
        )
      : undefined,
  );
}

function networkRow(origin: Origin, hasFile: boolean, choose: Choose): HTMLElement {
  const { network } = origin;
  const file = fileName(origin);
  const select = h(
    "select",
    {
      id: "network",
      onchange: () =>
        choose({ network: select.value, batch: origin.batch ?? 8, seed: 1, zeros: "fitted", densities: {} }),
    },
    ...(file === undefined
      ? []
      : [h("option", { value: "", selected: true, disabled: !hasFile }, shortened(file, 40))]),
    ...Object.keys(networks).map((name) =>
      h("option", { value: name, selected: file === undefined && name === network }, name),
    ),
  );
  return h("p", { class: "field" }, h("label", { for: "network" }, "Network"), select);
}

function stepRow(origin: Origin, opened: Opened | undefined, choose: Choose): HTMLElement | undefined {
  const steps = opened?.step.steps ?? [];
  if (steps.length < 2) return undefined;
  const now = opened!.step.labels.step;
  const select = h(
    "select",
    { id: "step", onchange: () => choose({ ...origin, step: Number(select.value) }) },
    ...steps.map(({ step }) => h("option", { value: step, selected: step === now }, `${step}`)),
  );
  return h("p", { class: "field" }, h("label", { for: "step" }, "Training step"), select);
}

function madeUpRows(origin: Origin, choose: Choose): (HTMLElement | undefined)[] {
  const { batch, seed, zeros, densities } = origin;
  const whole = (
    id: string,
    label: string,
    value: number | undefined,
    least: number,
    most: number,
    set: (value: number) => void,
  ) => {
    const input = h("input", {
      id,
      type: "number",
      min: least,
      max: most,
      value,
      onchange: () =>
        input.checkValidity() && Number.isInteger(input.valueAsNumber) && set(input.valueAsNumber),
    });
    return h("p", { class: "field" }, h("label", { for: id }, label), input);
  };
  const kind = h(
    "select",
    { id: "zeros", onchange: () => choose({ ...origin, zeros: kind.value as Origin["zeros"] }) },
    ...["fitted", "coins"].map((name) =>
      h(
        "option",
        { value: name, selected: name === zeros },
        name === "fitted" ? "like real ones" : "coin flips",
      ),
    ),
  );
  return [
    whole("batch", "Images", batch, 1, 4096, (value) => choose({ ...origin, batch: value })),
    whole("seed", "Seed", seed, 0, Number.MAX_SAFE_INTEGER, (value) => choose({ ...origin, seed: value })),
    h("p", { class: "field" }, h("label", { for: "zeros" }, "Zeros"), kind),
    ...Object.keys(mapNames).map((name) => densityRow(name as keyof typeof mapNames, origin, choose)),
    Object.keys(densities).length > 0
      ? h(
          "p",
          {},
          h(
            "button",
            {
              type: "button",
              class: "small",
              id: "own-densities",
              onclick: () => choose({ ...origin, densities: {} }),
            },
            "the network's own densities",
          ),
        )
      : undefined,
  ];
}

/** A share of nonzeros of every layer; the network's own until somebody moves it. */
function densityRow(name: keyof typeof mapNames, origin: Origin, choose: Choose): HTMLElement {
  const id = `density-${name}`;
  const given = origin.densities[name];
  const words = (share: typeof given) =>
    share === undefined
      ? "its own"
      : typeof share === "number"
        ? `${Math.round(100 * share)} %`
        : shareText(share);
  const output = h("output", { for: id }, words(given));
  const slider = h("input", {
    id,
    type: "range",
    min: 1,
    max: 100,
    value: typeof given === "number" ? Math.round(100 * given) : name === "mask" ? 100 : 50,
    oninput: () => {
      output.textContent = `${slider.value} %`;
    },
    onchange: () =>
      choose({ ...origin, densities: { ...origin.densities, [name]: Number(slider.value) / 100 } }),
  });
  return h("p", { class: "field" }, h("label", { for: id }, `Nonzero ${name}`), slider, output);
}

/** What is simulated, in a line. */
export function nameOf({ step }: Opened): string {
  const { network, dataset, step: number, batch } = step.labels;
  return printable(`${network} on ${dataset}, training step ${number}, batch ${batch}`);
}
