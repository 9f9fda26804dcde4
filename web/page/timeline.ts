import { idleCauses } from "../../src/events.ts";
import type { ArrayTimeline } from "../../src/hardware/timeline/array-timeline.ts";
import { type Fill, fills, paint } from "../../src/report/figures/palette.ts";
import { uses } from "../../src/report/figures/pe-cycles.ts";
import { grouped, inWords, shortened } from "../../src/report/format.ts";
import { at, h, put, s } from "./element.ts";
import { saveFile } from "./share.ts";
import {
  momentOf,
  otherFill,
  ownFill,
  type Row,
  rowsOf,
  TimelinePainter,
  type View,
} from "./timeline-picture.ts";

/** How far a key or a turn of the wheel zooms, and which part of what is seen a key moves. */
const zoomStep = 1.4;
const panStep = 0.15;

/** Cycles that a view has at least. */
const fewest = 16;

/** A layer that was recorded, and which of several it is. */
export interface Recording {
  readonly label: string;
  readonly layer: string;
  readonly timeline: ArrayTimeline;
}

/**
 * Every MAC of one array in time, or of several, one below the other: the whole at first, to be zoomed into by wheel, keys and a
 * column's number. All show the same cycles, so that what takes longer is longer.
 */
export class TimelineView {
  readonly #strips: readonly Strip[];
  /** of the longest */
  readonly #cycles: number;
  readonly #words = h("p", { class: "soft", id: "timeline-words" });
  readonly #columns: HTMLSelectElement;
  #view: View;
  #soon = false;

  constructor(recordings: readonly Recording[]) {
    this.#strips = recordings.map((recording, i) => new Strip(recording, i === 0));
    this.#cycles = Math.max(...recordings.map(({ timeline }) => timeline.cycles));
    this.#view = { from: 0, to: this.#cycles };
    const columns = Math.max(...recordings.map(({ timeline }) => timeline.columns));
    this.#columns = columnPicker(columns, (column) => this.#show(withColumn(this.#view, column)));
    const sizes = new ResizeObserver(() => this.#drawSoon());
    for (const strip of this.#strips) {
      this.#listen(strip);
      sizes.observe(strip.canvas);
    }
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      for (const strip of this.#strips) strip.recolour();
      this.#drawSoon();
    });
  }

  /** Puts it into the page. */
  place(into: HTMLElement): void {
    const used = uses.map((use, i) => ({ ...use, fill: fills[i] })).filter(({ key }) => key in idleCauses);
    const legend = [
      { label: "pair of its own PE", fill: ownFill },
      { label: "pair of the PE beside it", fill: otherFill },
      ...used,
    ];
    const several = this.#strips.length > 1;
    put(
      into,
      h(
        "p",
        { class: "row" },
        h("label", { for: "timeline-column" }, "Columns"),
        this.#columns,
        h("button", { type: "button", class: "small", onclick: () => this.#showWhole() }, "Whole layer"),
        h(
          "button",
          { type: "button", class: "small", id: "timeline-png", onclick: () => this.#save() },
          "Save as PNG",
        ),
      ),
      h("ul", { class: "legend" }, ...legend.map(({ label, fill }) => h("li", {}, sample(fill), label))),
      ...this.#strips.flatMap(({ name, canvas }) => [several ? h("h3", {}, name) : undefined, canvas]),
      this.#words,
      h(
        "p",
        { class: "soft", id: "timeline-keys" },
        "A row is a MAC, or several where there are more than pixels; a pixel what they did most in its cycles. " +
          `W and S, or Ctrl and the wheel, zoom; A and D, or dragging, move; 0 shows the whole layer.${several ? " All show the same cycles." : ""}`,
      ),
    );
    this.#drawSoon();
  }

  #listen(strip: Strip): void {
    const { canvas } = strip;
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener(
      "wheel",
      (event) => {
        // the wheel alone scrolls the page
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        this.#zoom(event.deltaY < 0 ? 1 / zoomStep : zoomStep, strip.cycleAt(event.offsetX, this.#view));
      },
      { passive: false },
    );
    canvas.addEventListener("pointermove", (event) => {
      if (event.buttons === 1)
        this.#pan((-event.movementX / canvas.clientWidth) * (this.#view.to - this.#view.from));
      else this.#words.textContent = strip.wordsAt(event.offsetX, event.offsetY, this.#view) ?? this.#range();
    });
    canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { from, to } = this.#view;
    const middle = (from + to) / 2;
    const keys: Readonly<Record<string, () => void>> = {
      w: () => this.#zoom(1 / zoomStep, middle),
      s: () => this.#zoom(zoomStep, middle),
      a: () => this.#pan(-panStep * (to - from)),
      d: () => this.#pan(panStep * (to - from)),
      arrowleft: () => this.#pan(-panStep * (to - from)),
      arrowright: () => this.#pan(panStep * (to - from)),
      0: () => this.#showWhole(),
    };
    const action = keys[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  }

  #zoom(factor: number, around: number): void {
    const { from, to } = this.#view;
    const length = Math.min(this.#cycles, Math.max(Math.min(fewest, this.#cycles), (to - from) * factor));
    const start = around - ((around - from) / (to - from)) * length;
    this.#from(start, length);
  }

  #pan(by: number): void {
    const { from, to } = this.#view;
    this.#from(from + by, to - from);
  }

  #showWhole(): void {
    this.#show({ ...this.#view, from: 0, to: this.#cycles });
  }

  /** Shows so many cycles from one on, as far as the layer has them. */
  #from(start: number, length: number): void {
    const from = Math.max(0, Math.min(this.#cycles - length, start));
    this.#show({ ...this.#view, from, to: from + length });
  }

  #show(view: View): void {
    this.#view = view;
    this.#drawSoon();
  }

  #drawSoon(): void {
    if (this.#soon) return;
    this.#soon = true;
    requestAnimationFrame(() => {
      this.#soon = false;
      for (const strip of this.#strips) strip.draw(this.#view);
      this.#words.textContent = this.#range();
    });
  }

  #range(): string {
    const { from, to } = this.#view;
    return `Cycles ${grouped(Math.floor(from))} to ${grouped(Math.ceil(to) - 1)} of ${grouped(this.#cycles)}`;
  }

  /** Saves what is seen, a file for each. */
  #save(): void {
    for (const { canvas, file } of this.#strips)
      canvas.toBlob((blob) => blob && saveFile(new File([blob], file, { type: blob.type })));
  }
}

/** One recording's picture. */
class Strip {
  /** what it is called in the page */
  readonly name: string;
  /** and saved under */
  readonly file: string;
  readonly canvas: HTMLCanvasElement;
  readonly #timeline: ArrayTimeline;
  #painter: TimelinePainter;
  #rows: readonly Row[] = [];
  #image: ImageData | undefined;

  constructor({ label, layer, timeline }: Recording, isFirst: boolean) {
    this.name = `${label}: ${shortened(layer, 40)}, ${grouped(timeline.cycles)} cycles`;
    this.file = isFirst ? "timeline.png" : `timeline-${label}.png`;
    this.#timeline = timeline;
    this.#painter = new TimelinePainter(timeline, ground());
    this.canvas = h("canvas", {
      id: isFirst ? "timeline" : `timeline-${label}`,
      class: "timeline",
      tabindex: 0,
      role: "img",
      "aria-describedby": "timeline-keys",
      "aria-label": `${this.name} of ${grouped(timeline.spans.length)} MACs`,
    });
  }

  recolour(): void {
    this.#painter = new TimelinePainter(this.#timeline, ground());
  }

  draw(view: View): void {
    const { canvas } = this;
    const width = canvas.clientWidth;
    if (width === 0) return;
    const { rows, height } = rowsOf(this.#timeline, view);
    this.#rows = rows;
    if (canvas.width !== width || canvas.height !== Math.max(1, height) || !this.#image) {
      Object.assign(canvas, { width, height: Math.max(1, height) });
      this.#image = new ImageData(width, Math.max(1, height));
    }
    const pixels = new Uint32Array(this.#image.data.buffer);
    pixels.fill(0);
    this.#painter.paint(pixels, width, rows, view);
    canvas.getContext("2d")!.putImageData(this.#image, 0, 0);
  }

  cycleAt(x: number, { from, to }: View): number {
    return from + (x / this.canvas.clientWidth) * (to - from);
  }

  /** What is under the pointer: who works for whom, or why it waits. */
  wordsAt(x: number, y: number, view: View): string | undefined {
    const row = this.#rows.find(({ top, height }) => y >= top && y < top + height);
    const cycle = Math.floor(this.cycleAt(x, view));
    const moment = row && momentOf(this.#timeline, row, cycle);
    if (!moment) return undefined;
    const { state, from, to, column, pe, mac } = moment;
    const shared = row.count > 1 ? `, the first of ${row.count} MACs here` : "";
    const where = `Cycle ${grouped(cycle)}, column ${column}, PE ${pe}, MAC ${mac}${shared}`;
    const span = `cycles ${grouped(from)} to ${grouped(to - 1)}`;
    const does =
      typeof state !== "number"
        ? `${inWords(state)} (${idleCauses[state]})`
        : state === pe
          ? "a pair of its own PE"
          : `a pair of PE ${state}`;
    return `${where}: ${does}, ${span}`;
  }
}

function columnPicker(columns: number, pick: (column: number | undefined) => void): HTMLSelectElement {
  const select = h(
    "select",
    { id: "timeline-column", onchange: () => pick(select.value === "" ? undefined : Number(select.value)) },
    h("option", { value: "" }, "all"),
    ...Array.from({ length: columns }, (_, column) => h("option", { value: column }, `${column}`)),
  );
  return select;
}

const sample = (fill: Fill): SVGElement =>
  s(
    "svg",
    { width: 22, height: 12, "aria-hidden": "true" },
    s("rect", { width: 22, height: 12, fill: paint("layers", fill) }),
  );

/** What is behind the picture, as the page's style has it. */
function ground() {
  const colour = getComputedStyle(document.body).backgroundColor;
  const [red, green, blue] = (colour.match(/\d+/g) ?? ["255", "255", "255"]).map(Number);
  return { red, green, blue };
}

const withColumn = ({ from, to }: View, column: number | undefined): View => ({
  from,
  to,
  ...(column !== undefined && { column }),
});

/** The part of the page for it, before there is one, of these layers. */
export function offerTimeline(names: readonly string[], isWanted: boolean, record: () => void): void {
  const what = names.map((name) => shortened(name, 40)).join(", ");
  put(
    at("time"),
    h(
      "p",
      { class: "row" },
      isWanted
        ? h("span", {}, h("progress", { "aria-label": "recording" }), ` Recording ${what} …`)
        : h("button", { type: "button", id: "record", onclick: record }, `Record ${what}`),
      h("span", { class: "soft" }, "The cycle model runs each layer once; a large one takes a while."),
    ),
  );
}
