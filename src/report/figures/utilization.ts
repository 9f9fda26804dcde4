import { percent } from "../format.ts";
import { boundName, type Report } from "../report.ts";
import { dotRows } from "./dot-rows.ts";
import type { Figure } from "./figure.ts";
import { markOf } from "./marks.ts";
import { plainFill } from "./palette.ts";

const limits = { compute: "MACs", buffer: "global-buffer ports", dram: "DRAM" } as const;

/** MAC utilisation of `subject` by layer, beside what it would be at the bound, and what sets that. */
export function utilization(report: Report, subject: string, width: number): Figure[] {
  const { layers, totals } = report;
  const rows = layers.map(({ name, validMacs, boundCycles, boundBy, results }) => {
    const { macs, macUtilization } = results[subject];
    return { name, macUtilization, bound: validMacs / (macs * boundCycles), boundBy };
  });
  const { macs, macUtilization } = totals.results[subject];
  const bound = totals.validMacs / (macs * totals.boundCycles);
  const words = {
    name: "utilization",
    title: `MAC utilisation of ${subject} by layer, and the bound`,
    caption:
      `${subject} uses ${percent(macUtilization)} of its MACs' cycles for valid pairs; at ` +
      `${boundName(report)}, which ports and DRAM set too, it would be ${percent(bound)}.`,
  };
  const values = [...rows.map((row) => 100 * row.macUtilization), 100 * macUtilization];
  const by = (Object.keys(limits) as (keyof typeof limits)[]).filter((by) =>
    rows.some(({ boundBy }) => boundBy === by),
  );
  return [
    {
      ...words,
      svg: dotRows({
        ...words,
        description: words.caption,
        width,
        rows: { labels: rows.map(({ name }) => name), foot: "all layers" },
        series: [
          { label: "MAC utilisation", sample: plainFill, values },
          ...by.map((limit, i) => ({
            label: `bound, set by ${limits[limit]}`,
            sample: markOf(i + 1),
            values: rows.map(({ boundBy, bound }) => (boundBy === limit ? 100 * bound : undefined)),
          })),
          {
            label: "bound of all layers",
            sample: "tick" as const,
            values: [...rows.map(() => undefined), 100 * bound],
          },
        ],
        x: {
          label: "valid MACs / (MACs in the array x cycles) (%)",
          domain: [0, Math.max(100, ...rows.map((row) => 100 * row.bound))],
        },
      }),
      data: {
        columns: ["layer", "macUtilization", "boundUtilization", "boundBy"],
        rows: [
          ...rows.map((row) => [row.name, row.macUtilization, row.bound, row.boundBy]),
          ["all layers", macUtilization, bound, ""],
        ],
      },
    },
  ];
}
