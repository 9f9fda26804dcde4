import { accelerators } from "../../src/accelerators/index.ts";
import { drams } from "../../src/energy/dram.ts";
import { nodes } from "../../src/energy/nodes/index.ts";
import type { NumberParameter } from "../../src/parameter.ts";
import { nothing } from "../../src/report/ablation.ts";
import { grouped, percent, threeDigits } from "../../src/report/format.ts";
import type { Report } from "../../src/report/report.ts";
import { type Block, blockOf, blocks, inPe } from "./blocks.ts";
import { at, h, put, s } from "./element.ts";
import type { Model } from "./model.ts";
import { type Control, controlOf } from "./parameter-control.ts";
import { changedOnly, type Settings, type State } from "./state.ts";

const { parameters, grows } = accelerators.swg;

interface Actions {
  readonly settings: (settings: Settings) => void;
  readonly prices: (prices: Partial<Pick<State, "node" | "dram">>) => void;
}

/** The machine as a diagram whose blocks are the way to its parameters. */
export class MachinePanel {
  readonly #controls = new Map<string, Control>();
  readonly #diagram = h("div", { class: "diagram", role: "group", "aria-label": "Block diagram" });
  readonly #editors = new Map<string, HTMLElement>();
  readonly #node: HTMLSelectElement;
  readonly #dram: HTMLSelectElement;
  readonly #fixed = h(
    "p",
    { class: "soft", hidden: true },
    "The machine of the report. To change it, open the trace that the report was made of.",
  );
  #open = "array";
  #settings: Settings = {};
  #model: Model | undefined;

  constructor({ settings, prices }: Actions) {
    const change = (name: string, value: unknown) =>
      settings(changedOnly({ ...this.#settings, [name]: value }));
    for (const [name, parameter] of Object.entries(parameters))
      this.#controls.set(name, controlOf(name, parameter, change));
    for (const block of blocks) this.#editors.set(block.id, this.#editorOf(block));
    this.#node = picker("node", Object.keys(nodes), (node) => prices({ node }));
    this.#dram = picker("dram-kind", Object.keys(drams), (dram) => prices({ dram }));
    put(
      at("machine"),
      h(
        "div",
        { class: "row" },
        ...presets.map(({ name, of }) =>
          h("button", { type: "button", class: "small", onclick: () => settings(changedOnly(of())) }, name),
        ),
      ),
      this.#fixed,
      this.#diagram,
      h("div", { id: "parameters" }, ...this.#editors.values()),
      h(
        "p",
        { class: "row" },
        h("label", { for: "node" }, "Node "),
        this.#node,
        h("label", { for: "dram-kind" }, "DRAM "),
        this.#dram,
      ),
    );
    this.#select(this.#open);
  }

  /** Shows a state's machine, and what is known of it. */
  show(state: State, model: Model | undefined): void {
    const { own } = model ?? {};
    const isFixed = state.origin.report !== undefined;
    this.#settings = isFixed ? settingsOfReport(own) : state.settings;
    this.#node.value = isFixed && own ? own.pricing.node : state.node;
    this.#dram.value = isFixed && own ? own.pricing.dram : state.dram;
    this.#fixed.hidden = !isFixed;
    if (model?.own && model.done === model.of) this.#model = model;
    for (const control of this.#controls.values()) control.show(this.#settings);
    for (const control of this.#asked()) control.disabled = isFixed;
    this.#draw();
  }

  /** Everything that changes the machine, which nothing can in a report. */
  #asked(): NodeListOf<HTMLInputElement | HTMLSelectElement | HTMLButtonElement> {
    return at("machine").querySelectorAll("input, select, button:not(.block)");
  }

  #editorOf(block: Block): HTMLElement {
    const names = Object.keys(parameters).filter((name) => blockOf(name) === block);
    return h(
      "section",
      { "aria-label": `Parameters: ${block.title}` },
      h("h3", {}, block.title),
      ...names.map((name) => this.#controls.get(name)!.element),
    );
  }

  #select(id: string): void {
    this.#open = id;
    for (const [of, editor] of this.#editors) editor.hidden = of !== id;
    this.#draw();
  }

  #draw(): void {
    const one = (id: string) => this.#block(blocks.find((block) => block.id === id)!);
    put(
      this.#diagram,
      one("dram"),
      wire(),
      one("buffer"),
      wire(),
      h(
        "div",
        { class: "array" },
        one("array"),
        this.#picture(),
        h("div", { class: "pe", role: "group", "aria-label": "In each PE" }, ...inPe.map(one)),
        one("drain"),
      ),
    );
  }

  #block(block: Block): HTMLElement {
    const { id, title, about } = block;
    const own = Object.keys(parameters).filter((name) => blockOf(name) === block);
    const isChanged = own.some((name) => name in this.#settings);
    const facts = this.#model?.own ? factsOf(this.#model.own, block) : [];
    return h(
      "button",
      {
        type: "button",
        id: `block-${id}`,
        class: `block ${id}${isChanged ? " changed" : ""}`,
        "aria-pressed": String(id === this.#open),
        onclick: () => this.#select(id),
      },
      h(
        "b",
        {},
        title,
        isChanged ? h("span", { class: "mark", title: "differs from the default" }, " changed") : undefined,
      ),
      h("span", {}, this.#sizeOf(own) || about),
      h("small", {}, facts.join(" · ")),
    );
  }

  /** The first numbers of a block with their units. */
  #sizeOf(names: readonly string[]): string {
    const numbers = names.filter((name) => typeof parameters[name].value === "number").slice(0, 2);
    return numbers
      .map(
        (name) =>
          `${grouped((this.#settings[name] ?? parameters[name].value) as number)} ${(parameters[name] as NumberParameter).unit}`,
      )
      .join(", ");
  }

  /** The array as it is: a square for each PE, as far as they can be told apart. */
  #picture(): SVGElement {
    const size = (name: string) => (this.#settings[name] ?? parameters[name]?.value ?? 1) as number;
    const [columns, rows] = [size(grows), size("rows")];
    const [shownColumns, shownRows] = [Math.min(columns, 48), Math.min(rows, 16)];
    const cells = Array.from({ length: shownColumns * shownRows }, (_, i) =>
      s("rect", { x: (i % shownColumns) * 6, y: Math.floor(i / shownColumns) * 6, width: 4.6, height: 4.6 }),
    );
    return s(
      "svg",
      {
        class: "cells",
        viewBox: `0 0 ${shownColumns * 6} ${shownRows * 6}`,
        role: "img",
        "aria-label": `${grouped(columns)} columns of ${grouped(rows)} PEs`,
      },
      ...cells,
    );
  }
}

/** What a report's machine has that swg by itself has not. */
function settingsOfReport(report: Report | undefined): Settings {
  const { accelerator, parameters: given } = report?.machines[report.subject] ?? {};
  if (accelerator !== "swg" || !given) return {};
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => value !== parameters[name]?.value && name in parameters),
  );
}

const wire = (): HTMLElement => h("span", { class: "wire", "aria-hidden": "true" });

const picker = (id: string, names: readonly string[], pick: (name: string) => void): HTMLSelectElement => {
  const select = h(
    "select",
    { id, onchange: () => pick(select.value) },
    ...names.map((name) => h("option", { value: name }, name)),
  );
  return select;
};

/** What a block takes of the machine's area and energy, and how much of all MAC-cycles is waited for it. */
function factsOf({ subject, machines, totals }: Report, { id, area, energy, waits }: Block): string[] {
  const { areaMm2 } = machines[subject];
  const { energy: spent, breakdown, macs, cycles, macUtilization } = totals.results[subject];
  const sum = (of: Readonly<Record<string, number>>, names: readonly string[]) =>
    names.reduce((total, name) => total + of[name], 0);
  const mm2 = sum(areaMm2.parts, area);
  const pj = sum(spent.partsPj, energy);
  const waited = sum(breakdown, waits) / (macs * cycles);
  return [
    ...(id === "macs" ? [`in use ${percent(macUtilization)}`] : []),
    ...(mm2 > 0 ? [`${threeDigits(mm2)} mm²`] : []),
    ...(pj > 0 ? [`energy ${percent(pj / spent.totalPj)}`] : []),
    ...(waited > 0 ? [`waits ${percent(waited)}`] : []),
  ];
}

/** Machines to begin with. */
const presets: readonly { readonly name: string; readonly of: () => Settings }[] = [
  { name: "Default", of: () => ({}) },
  { name: "Half the array", of: () => ({ [grows]: Math.ceil((parameters[grows].value as number) / 2) }) },
  { name: "Twice the array", of: () => ({ [grows]: 2 * (parameters[grows].value as number) }) },
  { name: "Mechanisms off", of: () => ({ ...nothing }) },
];
