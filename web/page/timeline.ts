import { idleCauses } from "../../src/events.ts";
import type { ArrayTimeline } from "../../src/hardware/timeline/array-timeline.ts";
import { type Fill, fills, paint } from "../../src/report/figures/palette.ts";
import { uses } from "../../src/report/figures/pe-cycles.ts";
import { grouped, inWords, shortened } from "../../src/report/format.ts";
import { at, h, put, s } from "./element.ts";
import {
  momentOf,
  mostColumns,
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

/** Every MAC of the array in time: the whole at first, to be zoomed into by wheel, keys and a column's number. */
export class TimelineView {
  readonly #timeline: ArrayTimeline;
  readonly #canvas = h("canvas", {
    id: "timeline",
    tabindex: 0,
    role: "img",
    "aria-describedby": "timeline-keys",
  });
  readonly #words = h("p", { class: "soft", id: "timeline-words" });
  readonly #columns: HTMLSelectElement;
  #painter: TimelinePainter;
  #view: View;
  #rows: readonly Row[] = [];
  #soon = false;
  #image: ImageData | undefined;

  constructor(layer: string, timeline: ArrayTimeline) {
    this.#timeline = timeline;
    this.#view = { from: 0, to: timeline.cycles };
    this.#painter = new TimelinePainter(timeline, ground());
    this.#columns = columnPicker(timeline, (column) => this.#show(withColumn(this.#view, column)));
    this.#canvas.setAttribute(
      "aria-label",
      `${shortened(layer, 40)}: ${grouped(timeline.cycles)} cycles of ${grouped(timeline.spans.length)} MACs`,
    );
    this.#listen();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#painter = new TimelinePainter(timeline, ground());
      this.#drawSoon();
    });
    new ResizeObserver(() => this.#drawSoon()).observe(this.#canvas);
  }

  /** Puts it into the page. */
  place(into: HTMLElement): void {
    const used = uses.map((use, i) => ({ ...use, fill: fills[i] })).filter(({ key }) => key in idleCauses);
    const legend = [
      { label: "pair of its own PE", fill: ownFill },
      { label: "pair of the PE beside it", fill: otherFill },
      ...used,
    ];
    put(
      into,
      h(
        "p",
        { class: "row" },
        h("label", { for: "timeline-column" }, "Columns"),
        this.#columns,
        h(
          "button",
          {
            type: "button",
            class: "small",
            onclick: () => this.#show({ ...this.#view, from: 0, to: this.#timeline.cycles }),
          },
          "Whole layer",
        ),
      ),
      h("ul", { class: "legend" }, ...legend.map(({ label, fill }) => h("li", {}, sample(fill), label))),
      this.#canvas,
      this.#words,
      h(
        "p",
        { class: "soft", id: "timeline-keys" },
        "A row is a MAC, a pixel what it did most in its cycles. W and S, or Ctrl and the wheel, zoom; A and D, or dragging, move; 0 shows the whole layer.",
      ),
    );
    this.#drawSoon();
  }

  #listen(): void {
    const canvas = this.#canvas;
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener(
      "wheel",
      (event) => {
        // the wheel alone scrolls the page
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        this.#zoom(event.deltaY < 0 ? 1 / zoomStep : zoomStep, this.#cycleAt(event.offsetX));
      },
      { passive: false },
    );
    canvas.addEventListener("pointermove", (event) => {
      if (event.buttons === 1)
        this.#pan((-event.movementX / canvas.clientWidth) * (this.#view.to - this.#view.from));
      else this.#say(event.offsetX, event.offsetY);
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
      0: () => this.#show({ ...this.#view, from: 0, to: this.#timeline.cycles }),
    };
    const action = keys[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  }

  #zoom(factor: number, around: number): void {
    const { cycles } = this.#timeline;
    const { from, to } = this.#view;
    const length = Math.min(cycles, Math.max(Math.min(fewest, cycles), (to - from) * factor));
    const start = around - ((around - from) / (to - from)) * length;
    this.#from(start, length);
  }

  #pan(by: number): void {
    const { from, to } = this.#view;
    this.#from(from + by, to - from);
  }

  /** Shows so many cycles from one on, as far as the layer has them. */
  #from(start: number, length: number): void {
    const from = Math.max(0, Math.min(this.#timeline.cycles - length, start));
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
      this.#draw();
    });
  }

  #draw(): void {
    const canvas = this.#canvas;
    const width = canvas.clientWidth;
    if (width === 0) return;
    const { rows, height } = rowsOf(this.#timeline, this.#view);
    this.#rows = rows;
    if (canvas.width !== width || canvas.height !== height || !this.#image) {
      Object.assign(canvas, { width, height });
      this.#image = new ImageData(width, height);
    }
    const { data } = this.#image;
    const pixels = new Uint32Array(data.buffer);
    pixels.fill(0);
    this.#painter.paint(pixels, width, rows, this.#view);
    canvas.getContext("2d")!.putImageData(this.#image, 0, 0);
    const { from, to } = this.#view;
    this.#words.textContent = `Cycles ${grouped(Math.floor(from))} to ${grouped(Math.ceil(to) - 1)} of ${grouped(this.#timeline.cycles)}`;
  }

  #cycleAt(x: number): number {
    const { from, to } = this.#view;
    return from + (x / this.#canvas.clientWidth) * (to - from);
  }

  /** Says what is under the pointer: who works for whom, or why it waits. */
  #say(x: number, y: number): void {
    const row = this.#rows.find(({ top, height }) => y >= top && y < top + height);
    if (!row) return;
    const cycle = Math.floor(this.#cycleAt(x));
    const { state, from, to, pe } = momentOf(this.#timeline, row, cycle);
    const where = `Cycle ${grouped(cycle)}, column ${row.column}, PE ${pe}, MAC ${row.mac % this.#timeline.macs}`;
    const span = `cycles ${grouped(from)} to ${grouped(to - 1)}`;
    const does =
      typeof state !== "number"
        ? `${inWords(state)} (${idleCauses[state]})`
        : state === pe
          ? "a pair of its own PE"
          : `a pair of PE ${state}`;
    this.#words.textContent = `${where}: ${does}, ${span}`;
  }
}

function columnPicker(
  { columns }: ArrayTimeline,
  pick: (column: number | undefined) => void,
): HTMLSelectElement {
  const all = columns > mostColumns ? `the first ${mostColumns}` : "all";
  const select = h(
    "select",
    { id: "timeline-column", onchange: () => pick(select.value === "" ? undefined : Number(select.value)) },
    h("option", { value: "" }, all),
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

/** The part of the page for it, before there is one. */
export function offerTimeline(layer: string, isWanted: boolean, record: () => void): void {
  put(
    at("time"),
    h(
      "p",
      { class: "row" },
      isWanted
        ? h("span", {}, h("progress", { "aria-label": "recording" }), ` Recording ${shortened(layer, 40)} …`)
        : h("button", { type: "button", id: "record", onclick: record }, `Record ${shortened(layer, 40)}`),
      h("span", { class: "soft" }, "The cycle model runs the layer once; a large one takes a while."),
    ),
  );
}
