import { denseMacs } from "../workload/layer.ts";
import { sourceCoverageText } from "./coverage-text.ts";
import { grouped, percent, printable, shortened } from "./format.ts";
import { plainTable } from "./plain-table.ts";
import type { LayerInfo, StepInfo, TensorInfo } from "./trace-info.ts";

/** A step's layers, their densities, and how the densities of channels are spread, as text. */
export function stepInfoText({ labels, layers, coverage }: StepInfo): string {
  const { network, dataset, step, batch, framework, optimizerStep } = labels;
  const more = [
    ...(optimizerStep === undefined ? [] : [`optimiser step ${grouped(optimizerStep)}`]),
    ...(framework === undefined ? [] : [`from ${framework}`]),
  ];
  const head = [
    `network ${network}`,
    `dataset ${dataset}`,
    `step ${grouped(step)}`,
    `batch ${grouped(batch)}`,
  ];
  const missing = sourceCoverageText(coverage);
  return `${printable([...head, ...more].join(", "))}\n\n${shapeTable(layers)}\n${densityTable(layers)}${missing && `\n${missing}`}`;
}

const longestName = 24;

function shapeTable(layers: readonly LayerInfo[]): string {
  return plainTable({
    head: [
      ["layer", "N", "input C H W", "output K P Q", "kernel", "stride", "groups", "stored", "dense MACs"],
    ],
    rows: layers.map(({ layer, stored }) => [
      shortened(layer.name, longestName),
      `${layer.N}`,
      `${layer.C} x ${layer.H} x ${layer.W}`,
      `${layer.K} x ${layer.P} x ${layer.Q}`,
      `${layer.R} x ${layer.S}`,
      [...new Set(layer.stride)].join(" x "),
      `${layer.groups}`,
      stored.fmap === stored.emap ? stored.fmap : `${stored.fmap}, ${stored.emap}`,
      grouped(denseMacs(layer)),
    ]),
    left: [0],
  });
}

const tensors = { fmap: "fmap", emap: "emap", mask: "mask", weightGradient: "gradient" } as const;

function densityTable(layers: readonly LayerInfo[]): string {
  const rows = layers.flatMap((info) =>
    (Object.keys(tensors) as (keyof typeof tensors)[]).flatMap((name) => {
      const tensor = info[name];
      return tensor ? [densityRow(name === "fmap" ? info.layer.name : "", tensors[name], tensor)] : [];
    }),
  );
  const table = plainTable({
    head: [
      ["", "", "", "", { content: "of a channel", colSpan: 2 }, "channels by nonzeros"],
      ["layer", "tensor", "nonzero", "channels", "lowest", "highest", "from 0 % ...... to 100 %"],
    ],
    rows,
    left: [0, 1, 6],
  });
  return `${table}\nEach of the ten places holds the share of channels in that tenth; of a mask and a gradient, of filters.\n`;
}

const densityRow = (layer: string, tensor: string, info: TensorInfo): string[] => [
  shortened(layer, longestName),
  tensor,
  percent(info.density),
  grouped(info.channels),
  percent(info.lowest),
  percent(info.highest),
  picture(info),
];

/** Ten places of three characters: "." for none, else a bar as high as the share of channels. */
function picture({ histogram, channels }: TensorInfo): string {
  const bars = "▁▂▃▄▅▆▇█";
  const bar = (count: number) =>
    count === 0 ? "." : bars[Math.min(bars.length - 1, Math.floor((count / channels) * bars.length))];
  return histogram.map((count) => bar(count).repeat(2)).join(" ");
}
