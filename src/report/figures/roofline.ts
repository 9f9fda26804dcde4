import type { Report } from "../report.ts";
import type { Figure } from "./figure.ts";
import { markOf } from "./marks.ts";
import { points } from "./points.ts";

/** How far left and right of the roof's corner it is drawn at least, as a factor. */
const aroundCorner = 4;

/** Each layer under the roof of `subject`, on every machine that has the same roof. */
export function roofline({ layers, totals }: Report, subject: string, width: number): Figure[] {
  const roof = layers[0].results[subject].roofline;
  const { peakGops, dramMbps } = roof;
  const machines = [subject, ...Object.keys(totals.results).filter((name) => name !== subject)].filter(
    (name) => {
      const other = layers[0].results[name].roofline;
      return other.peakGops === peakGops && other.dramMbps === dramMbps;
    },
  );
  const pointOf = (layer: (typeof layers)[number], machine: string) => layer.results[machine].roofline;
  const places = layers
    .flatMap((layer) => machines.map((machine) => pointOf(layer, machine).validOpsPerByte))
    .filter((place) => place > 0);
  if (places.length === 0) return [];
  const underDram = layers.filter((layer) => pointOf(layer, subject).roof === "dram").length;
  const underRows = layers.filter((layer) => pointOf(layer, subject).withRows?.roof === "dram").length;
  const words = {
    name: "roofline",
    title: `Each layer under the roof of ${subject}`,
    caption:
      `On the roof a layer is as fast as ${dramMbps === undefined ? "the multipliers allow" : "DRAM and the multipliers allow"}` +
      `${dramMbps === undefined ? "" : `; DRAM sets it for ${underDram} of ${layers.length} layers of ${subject}, and for ${underRows} if nothing hides the rows that DRAM opens`}.`,
  };
  return [
    {
      ...words,
      svg: points({
        ...words,
        description: words.caption,
        width,
        series: [
          ...machines.map((machine, i) => ({
            label: machine,
            mark: markOf(i),
            points: layers.map((layer) => {
              const { validOpsPerByte, achievedGops } = pointOf(layer, machine);
              return { x: validOpsPerByte, y: achievedGops };
            }),
          })),
        ],
        x: { scale: "log", label: "valid operations for each byte to or from DRAM" },
        y: { scale: "log", label: "valid operations a second (GOPS)" },
        reference: { label: "roof", points: roofOf(places, peakGops, dramMbps) },
      }),
      data: {
        columns: [
          "layer",
          "machine",
          "validOpsPerByte",
          "achievedGops",
          "attainableGops",
          "roof",
          "attainableGops.withRows",
          "roof.withRows",
        ],
        rows: layers.flatMap((layer) =>
          machines.map((machine) => {
            const { validOpsPerByte, achievedGops, attainableGops, roof, withRows } = pointOf(layer, machine);
            return [
              layer.name,
              machine,
              validOpsPerByte,
              achievedGops,
              attainableGops,
              roof,
              withRows?.attainableGops ?? "",
              withRows?.roof ?? "",
            ];
          }),
        ),
      },
    },
  ];
}

/** The roof from left of all points and of its corner to right of them. */
function roofOf(places: readonly number[], peakGops: number, dramMbps: number | undefined) {
  const at = (x: number) => ({
    x,
    y: dramMbps === undefined ? peakGops : Math.min(peakGops, (x * dramMbps) / 1000),
  });
  const corner = dramMbps === undefined ? [] : [(1000 * peakGops) / dramMbps];
  // without a corner one place alone would make a roof of no length
  const around = corner.length > 0 ? corner : [Math.min(...places)];
  const first = Math.min(...places, ...around.map((x) => x / aroundCorner));
  const last = Math.max(...places, ...around.map((x) => x * aroundCorner));
  return [first, ...corner, last].map(at);
}
