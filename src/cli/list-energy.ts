import type { Format } from "../accelerators/components.ts";
import { multiplier, nand2Um2, sumAdder } from "../energy/arithmetic.ts";
import { activationPj, drams } from "../energy/dram.ts";
import { wireEnergy } from "../energy/logic.ts";
import { nodes } from "../energy/nodes/index.ts";
import { operations } from "../energy/operations.ts";
import { areaScale, energyScale, scalingRows } from "../energy/scaling.ts";
import {
  comparedWithPublished,
  femtojoulesPerClock,
  femtojoulesPerToggle,
  useEnergy,
} from "../energy/toggle-energy.ts";
import { blockSize, blockUse } from "../hardware/logic/block-use.ts";
import { type BlockName, synthesisedPes, toggledBlocks } from "../hardware/logic/toggled-blocks.ts";
import { formatBytes } from "../hardware/parameters.ts";
import { grouped, threeDigits } from "../report/format.ts";
import { plainTable } from "../report/plain-table.ts";

const formats = Object.keys(formatBytes) as Format[];

/** Every price that energy and area are computed from, with its source and how far it was checked. */
export const energyTables = () => ({
  operations,
  macs: formats.map((format) => {
    const [multiply, add] = [multiplier(format), sumAdder(format)];
    return {
      format,
      multiplierPj: multiply.energyPj,
      adderPj: add.energyPj,
      energyPj: multiply.energyPj + add.energyPj,
      areaUm2: multiply.areaUm2 + add.areaUm2,
    };
  }),
  nand2Um2,
  nodes: Object.entries(nodes).map(([name, node]) => ({
    name,
    voltage: node.voltage,
    about: node.about,
    energyScale: energyScale(node.scaling, node.voltage),
    areaScale: areaScale(node.nm),
    wirePjPerBitMm: wireEnergy(node.voltage),
    sram: node.sram,
  })),
  units: comparedWithPublished(),
  toggles: {
    femtojoulesPerToggle,
    femtojoulesPerClock,
    blocks: (Object.keys(toggledBlocks) as BlockName[]).flatMap(blockRows),
  },
  scaling: scalingRows,
  drams: Object.entries(drams).map(([name, dram]) => ({ name, ...dram, activationPj: activationPj(dram) })),
});

/** A block's sizes and energy; one of a PE has a row for each PE that was synthesised. */
function blockRows(block: BlockName) {
  const { use, source } = toggledBlocks[block];
  const pes = "byPe" in toggledBlocks[block] ? synthesisedPes.map(({ traces }) => traces) : [undefined];
  return pes.map((traces) => {
    const cost = blockUse(block, 16, traces);
    return { block, traces, use, source, ...blockSize(block, 16, traces), ...cost, ...useEnergy(cost) };
  });
}

/** The same as tables; of SRAM the words of 64 bits, and the scaling coefficients only as JSON. */
export function energyTablesText(): string {
  const tables = energyTables();
  const perNode = (value: (node: (typeof tables.nodes)[number]) => number) =>
    tables.nodes.map((node) => threeDigits(value(node)));
  const operationTable = plainTable({
    head: [["operation", "width", "nm", "pJ", "um2", "source", "verified"]],
    rows: tables.operations.map((row) => [
      row.operation,
      row.width,
      row.node_nm,
      row.energy_pj,
      row.area_um2,
      row.source,
      row.verified,
    ]),
    left: [0, 1, 5, 6],
    widths: [17, 14, null, null, null, 38, 14],
  });
  const macTable = plainTable({
    head: [
      [
        "MAC",
        "multiplier, pJ at 45",
        "adder of sums",
        "together",
        ...tables.nodes.map(({ name }) => `at ${name}`),
        "um2 at 45",
      ],
    ],
    rows: tables.macs.map((mac) => [
      mac.format,
      threeDigits(mac.multiplierPj),
      threeDigits(mac.adderPj),
      threeDigits(mac.energyPj),
      ...perNode(({ energyScale }) => mac.energyPj * energyScale),
      threeDigits(mac.areaUm2),
    ]),
    left: [0],
  });
  const unitTable = plainTable({
    head: [["unit", "format", "published pJ", "by toggles", "ratio", ""]],
    rows: tables.units.map(({ unit, format, publishedPj, byTogglesPj, ratio, fitted }) => [
      unit,
      format,
      threeDigits(publishedPj),
      threeDigits(byTogglesPj),
      ratio.toFixed(2),
      fitted ? "fitted" : "",
    ]),
    left: [0, 1, 5],
  });
  const { toggles } = tables;
  const constants =
    `A gate equivalent that toggles takes ${threeDigits(toggles.femtojoulesPerToggle)} fJ at 45 nm and 0.9 V, fitted to the published integer adders;\n` +
    `a flip-flop that is clocked ${threeDigits(toggles.femtojoulesPerClock)} fJ, from a published register (D59).\n`;
  const blockTable = plainTable({
    head: [["block", "one use", "GE", "flip-flops", "gates", "pJ at 45", "clock pJ", "source"]],
    rows: toggles.blocks.map((block) => [
      block.traces === undefined ? block.block : `${block.block}, ${block.traces} traces`,
      block.use,
      grouped(block.gateEquivalents),
      grouped(block.flipFlops),
      grouped(block.gates),
      threeDigits(block.switchedPj),
      threeDigits(block.clockPj),
      block.source,
    ]),
    left: [0, 1, 7],
    widths: [19, 28, null, null, null, null, null, 20],
  });
  const gates = `A gate equivalent (GE) is a NAND of two inputs, ${nand2Um2} um2 at 45 nm.\n`;
  const nodeTable = plainTable({
    head: [["nm", "V", "pJ x", "um2 x", "wire pJ/bit/mm", "from"]],
    rows: tables.nodes.map((node) => [
      node.name,
      String(node.voltage),
      threeDigits(node.energyScale),
      threeDigits(node.areaScale),
      threeDigits(node.wirePjPerBitMm),
      node.about,
    ]),
    left: [5],
    widths: [null, null, null, null, null, 76],
  });
  const [first] = tables.nodes;
  const narrow = first.sram.filter(({ wordBits }) => wordBits === 64);
  const sramTable = plainTable({
    head: [
      ["SRAM", ...tables.nodes.map(({ name }) => ({ content: `at ${name} nm`, colSpan: 4 }))],
      ["64 bits", ...tables.nodes.flatMap(() => ["read pJ", "write pJ", "leak mW", "mm2"])],
    ],
    rows: narrow.map(({ bytes }) => [
      `${bytes / 1024} KB`,
      ...tables.nodes.flatMap(({ sram }) => {
        const row = sram.find((macro) => macro.bytes === bytes && macro.wordBits === 64)!;
        return [row.readPj, row.writePj, row.leakMw, row.areaMm2].map(threeDigits);
      }),
    ]),
    left: [0],
  });
  const dramTable = plainTable({
    head: [["DRAM", "pJ a bit", "row, bytes", "to open it: pJ", "ns", "pJ a bit from"]],
    rows: tables.drams.map((dram) => [
      dram.name,
      String(dram.pjPerBit),
      String(dram.rowBytes),
      threeDigits(dram.activationPj),
      String(dram.rowOpenNs),
      `${dram.title}: ${dram.source}`,
    ]),
    left: [0, 5],
  });
  const wires =
    "Wires: Keckler et al., IEEE Micro 31(5) 2011 (as quoted by others), by the square of the voltage: derived.\n";
  const rows =
    "Opening a row: HBM2 in O'Connor et al., MICRO 2017 (as quoted by others), by the row's bytes: derived; ns: recalled.\n";
  return [
    operationTable,
    macTable,
    `${unitTable}${constants}`,
    `${blockTable}${gates}`,
    `${nodeTable}${wires}`,
    sramTable,
    `${dramTable}${rows}`,
  ].join("\n");
}
