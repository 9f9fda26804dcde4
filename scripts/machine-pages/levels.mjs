import {
  arrow,
  blue,
  box,
  green,
  grey,
  orange,
  picture,
  range,
  rule,
  sky,
  text,
  vermilion,
} from "./picture.mjs";

/** The whole machine: the boxes bear the names of the folders in src/hardware. */
export function arrayPicture() {
  const pe = (column, row) =>
    box(292 + column * 104, 176 + row * 30, 76, 24, { colour: blue, strength: 0.3 });
  const column = (at, label) => [
    box(284 + at * 104, 140, 92, 226, { colour: sky, strength: 0.14 }),
    text(330 + at * 104, 160, label, { anchor: "middle", bold: true }),
    range(5).map((row) => pe(at, row)),
    text(330 + at * 104, 346, "… 8 PEs", { anchor: "middle", size: 13 }),
  ];
  return picture(
    760,
    470,
    "DRAM, the global buffer, and an array of 16 columns of 8 PEs each, with what goes between them",
    [
      box(12, 12, 736, 62, {
        dashed: true,
        name: "mapper, dataflow, schedule: the host, before a layer runs",
      }),
      text(
        20,
        58,
        "choose how the layer is unrolled (HUSA), deal channels to traces and k's to columns, give each column its list of k's",
        { size: 13 },
      ),
      arrow([
        [330, 74],
        [330, 104],
      ]),
      box(12, 140, 84, 226, { name: "dram", about: ["25.6 GB/s", "both maps", "in, gradients", "out"] }),
      box(136, 140, 104, 226, {
        colour: green,
        name: "buffer",
        about: ["global buffer,", "48 KiB:", "both maps,", "compressed,", "and a queue", "of gradients"],
      }),
      arrow(
        [
          [96, 212],
          [136, 212],
        ],
        { both: true },
      ),
      box(268, 104, 480, 280, { colour: grey, strength: 0.06, name: "array" }),
      column(0, "column 0"),
      column(1, "column 1"),
      column(2, "column 2"),
      text(613, 254, "…", { anchor: "middle", size: 22 }),
      column(3.4, "column 15"),
      // a row's chunk goes to the PE of that row in all columns
      arrow(
        [
          [240, 188],
          [284, 188],
        ],
        { colour: orange },
      ),
      ...range(3).map(
        (gap) =>
          `<path d="M${368 + gap * 104},188H${388 + gap * 104 + (gap === 2 ? 50 : 8)}" stroke="${orange}" stroke-width="3"/>`,
      ),
      text(330, 193, "PE", { anchor: "middle", bold: true }),
      arrow(
        [
          [240, 250],
          [284, 250],
        ],
        { colour: vermilion },
      ),
      text(
        252,
        400,
        ["fmap chunks: one for each PE row, to the PE of that row in all columns at once (orange);"],
        { size: 13, soft: true },
      ),
      text(252, 418, ["lists of emap nonzeros: to each column its own (red)"], { size: 13, soft: true }),
      box(12, 404, 228, 54, { colour: green, name: "drain", about: ["4 ways out of each column, added up"] }),
      arrow([
        [268, 440],
        [240, 440],
      ]),
      text(276, 445, "finished sums of gradients, from all columns", { size: 13 }),
      arrow([
        [188, 404],
        [188, 366],
      ]),
    ],
  );
}

/** A column: PEs, what comes in and what goes out, and the ring that there is where traces share MACs. */
export function columnPicture() {
  const centre = ([row, at]) => [190 + at * 104, 120 + row * 120];
  // around the ring: upper row to the right, lower row back
  const places = range(8).map((pe) => (pe < 4 ? [0, pe] : [1, 7 - pe]));
  const pes = places.map((place, pe) => {
    const [x, y] = centre(place);
    return [
      box(x - 38, y - 26, 76, 52, { colour: blue, strength: 0.28 }),
      text(x, y + 5, `PE ${pe}`, { anchor: "middle", bold: true }),
    ];
  });
  const links = places.map((place, pe) => {
    const [[x1, y1], [x2, y2]] = [centre(place), centre(places[(pe + 1) % 8])];
    const [dx, dy] = [Math.sign(x2 - x1), Math.sign(y2 - y1)];
    return arrow(
      [
        [x1 + dx * 38, y1 + dy * 26],
        [x2 - dx * 38, y2 - dy * 26],
      ],
      { both: true, colour: grey },
    );
  });
  return picture(
    760,
    400,
    "A column: eight PEs; two list ports, eight fmap ports, four ways out; and a ring where PEs have three traces",
    [
      box(120, 56, 466, 250, { colour: sky, strength: 0.1 }),
      text(128, 50, "column", { bold: true }),
      pes,
      links,
      text(
        346,
        184,
        ["three traces a PE: a MAC serves its own PE,", "or the one beside it; two: there is no ring"],
        {
          anchor: "middle",
          size: 13,
          soft: true,
        },
      ),
      arrow(
        [
          [60, 94],
          [120, 94],
        ],
        { colour: vermilion },
      ),
      arrow(
        [
          [60, 254],
          [120, 254],
        ],
        { colour: vermilion },
      ),
      text(10, 66, ["list port 0,", "PEs 0 to 3"], { size: 13 }),
      text(10, 226, ["list port 1,", "PEs 4 to 7"], { size: 13 }),
      text(10, 112, "a word a cycle", { size: 13, soft: true }),
      range(4).map((i) =>
        arrow(
          [
            [190 + i * 104, 20],
            [190 + i * 104, 92],
          ],
          { colour: orange },
        ),
      ),
      text(600, 30, ["fmap chunks, a word", "a cycle for each PE,", "also of the lower row"], { size: 13 }),
      range(4).map((way) => [
        box(180 + way * 104, 332, 92, 44, { colour: green }),
        text(226 + way * 104, 351, `way ${way}`, { anchor: "middle", size: 13 }),
        text(226 + way * 104, 368, "9 couples", { anchor: "middle", size: 13 }),
        arrow([
          [226 + way * 104, 306],
          [226 + way * 104, 332],
        ]),
      ]),
      text(600, 350, ["drain: slice z of the channels", "leaves by way z mod 4,", "two sums a cycle"], {
        size: 13,
      }),
    ],
  );
}

/** A PE: traces, MACs, and the memories between them. */
export function pePicture() {
  const trace = (at) => {
    const x = 66 + at * 294;
    return [
      box(x, 128, 278, 172, { colour: orange, name: `valid-data-trace ${at}` }),
      box(x + 10, 154, 258, 26, { colour: orange, strength: 0.3 }),
      text(x + 18, 172, "12 row words of 20 bits", { size: 13 }),
      box(x + 10, 184, 258, 26, { colour: grey }),
      text(x + 18, 202, "values of 2 chunks, 512 bytes", { size: 13 }),
      box(x + 10, 214, 258, 26, { colour: grey }),
      text(x + 18, 232, "128 sums of gradients", { size: 13 }),
      text(x + 12, 262, ["looks at 18 bits a cycle,", "hands out a pair a cycle"], { size: 13 }),
      arrow(
        [
          [x + 139, 96],
          [x + 139, 128],
        ],
        { colour: vermilion },
      ),
      arrow(
        [
          [x + 139, 300],
          [x + 139, 340],
        ],
        { both: true },
      ),
    ];
  };
  return picture(
    760,
    476,
    "A PE: a list memory, two valid-data traces with bits, values and sums, and a MAC for each",
    [
      box(12, 12, 740, 440, { colour: blue, strength: 0.06, name: "processing-element" }),
      box(66, 44, 572, 52, {
        colour: vermilion,
        name: "list memory",
        about: ["64 words: lists of up to 8 k's ahead; gives each trace a word every second cycle"],
      }),
      range(2).map(trace),
      [0, 1].map((mac) =>
        box(130 + mac * 294, 340, 150, 48, {
          colour: blue,
          strength: 0.3,
          name: `MAC ${mac}`,
          about: ["multiplies and adds"],
        }),
      ),
      text(
        66,
        418,
        [
          "a MAC takes whole jobs. Where a PE has three traces (--set swg.traces=3) a balancer and a switch stand between",
          "traces and MACs: a trace is kept for each free MAC, and the next one offered to the PEs beside it",
        ],
        { size: 13, soft: true },
      ),
    ],
  );
}

/** A MAC: three cycles of a pair. */
export function macPicture() {
  return picture(
    760,
    268,
    "A MAC: fmap and emap value are multiplied into a register, then added to a sum that stays for a visit",
    [
      text(16, 30, "cycle 1", { bold: true }),
      text(16, 48, ["the trace picks a pair;", "memories are read"], { size: 13 }),
      box(24, 92, 130, 44, { colour: grey, about: ["fmap value"] }),
      text(32, 127, "of the trace's chunk", { size: 12, soft: true }),
      box(24, 148, 130, 44, { colour: grey, about: ["emap value"] }),
      text(32, 183, "of the list's tile", { size: 12, soft: true }),
      box(24, 204, 130, 44, { colour: grey, about: ["sum"] }),
      text(32, 239, "at a visit's first pair", { size: 12, soft: true }),
      rule(190, 14, 190, 256),
      text(206, 30, "cycle 2", { bold: true }),
      text(206, 48, ["both values are", "multiplied, exactly"], { size: 13 }),
      box(236, 110, 90, 60, { colour: blue, strength: 0.3 }),
      text(281, 148, "×", { anchor: "middle", size: 22 }),
      arrow([
        [154, 114],
        [236, 130],
      ]),
      arrow([
        [154, 170],
        [236, 150],
      ]),
      arrow([
        [326, 140],
        [376, 140],
      ]),
      box(376, 118, 70, 44, { colour: sky, about: ["product"] }),
      rule(466, 14, 466, 256),
      text(482, 30, "cycle 3", { bold: true }),
      text(482, 48, ["the product is added to the sum, which stays", "for the next pair of the same slot"], {
        size: 13,
      }),
      box(500, 110, 90, 60, { colour: blue, strength: 0.3 }),
      text(545, 148, "+", { anchor: "middle", size: 22 }),
      arrow([
        [446, 140],
        [500, 140],
      ]),
      arrow([
        [154, 226],
        [520, 226],
        [520, 170],
      ]),
      box(640, 118, 90, 44, { colour: sky, about: ["sum in use"] }),
      arrow([
        [590, 140],
        [640, 140],
      ]),
      arrow([
        [684, 118],
        [684, 90],
        [545, 90],
        [545, 110],
      ]),
      arrow([
        [684, 162],
        [684, 226],
      ]),
      text(748, 246, "back to the trace after a visit's last pair", { anchor: "end", size: 13 }),
    ],
  );
}
