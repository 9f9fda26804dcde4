import type { TogglePoint } from "../../hardware/logic/toggle-table.ts";
import {
  arithmeticFormats,
  type BlockName,
  publishedFormats,
  type SynthesisedPe,
  synthesisedPe,
  synthesisedPes,
  toggledBlocks,
  type ValueBits,
  valueWidths,
  variantOf,
} from "../../hardware/logic/toggled-blocks.ts";
import { swgParameters } from "../../hardware/parameters.ts";
import type { YosysThread } from "../toolchain.ts";
import { adderSource, blockSource, multiplierSource, publishedUnitSource } from "./block-source.ts";
import { type BlockNetlist, type BlockSource, gateNetlist } from "./gate-netlist.ts";
import { GateSimulator } from "./gate-simulator.ts";
import type { LayerOperands } from "./operands.ts";
import { addProducts, multiplyPairs, randomOperands } from "./stimuli/arithmetic.ts";
import { driveDrainControl } from "./stimuli/drain-control.ts";
import { driveDrainLane, driveToBf16, laneUses } from "./stimuli/drain-lane.ts";
import { driveDrainTap, tapUses } from "./stimuli/drain-tap.ts";
import { driveFinishedSums } from "./stimuli/finished-sums.ts";
import { driveInnerJoin } from "./stimuli/inner-join.ts";
import { driveJobChoice } from "./stimuli/job-choice.ts";
import { driveChunkWriter, driveListWriter } from "./stimuli/lists.ts";
import { driveLnpuLine } from "./stimuli/lnpu.ts";
import { driveMac } from "./stimuli/mac.ts";
import { driveAntCandidates, driveCoordinates, driveScatter } from "./stimuli/outer-product.ts";
import { driveNonzeroReader, driveSparseTrainPe, driveSpreadWord } from "./stimuli/rows.ts";
import type { MeasuredUse } from "./stimuli/stimulus.ts";
import { driveProcrustesLoad } from "./stimuli/storage.ts";
import { driveNeighbours, driveSwitch, neighbourUses, switchUses } from "./stimuli/switch.ts";
import { driveTensorDashLane, driveTensorDashScheduler } from "./stimuli/tensordash.ts";
import { driveJobs, traceUses } from "./stimuli/trace.ts";

/** Rows of the table that are measured in one go: uses of one netlist. */
export interface ToggleRows {
  readonly blocks: readonly string[];
  readonly variant: string;
  readonly source: BlockSource;
  /** a block that is simulated beside it, to give it operands */
  readonly beside?: BlockSource;
  /** what operands switch, by block: those of a layer, or of none where they are drawn by chance */
  readonly drive: TraceDrive | RandomDrive;
}

type Uses = Readonly<Record<string, MeasuredUse>>;

interface TraceDrive {
  readonly operands: "trace";
  readonly measure: (sim: GateSimulator, operands: LayerOperands, beside?: GateSimulator) => Uses;
}

interface RandomDrive {
  readonly operands: "random";
  readonly measure: (sim: GateSimulator) => Uses;
}

/** Blocks that are the same in each PE have its sizes. */
const usualPe = synthesisedPe(swgParameters.traces.value);

type Drive<Uses> = (
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: ValueBits,
  pe: SynthesisedPe,
) => Uses;

/** Rows of a block that works by times alone, which are drawn, in each PE. */
const byChance = (
  block: BlockName,
  drive: (sim: GateSimulator, pe: SynthesisedPe) => MeasuredUse,
): ToggleRows[] =>
  synthesisedPes.map((pe) => ({
    blocks: [block],
    variant: variantOf(block, 16, pe),
    source: blockSource(block, 16, pe),
    drive: { operands: "random", measure: (sim) => ({ [block]: drive(sim, pe) }) },
  }));

/** Rows of a netlist with several uses, in each form that the table has of it: by width of values, by the PE that it is in. */
function several<Use extends BlockName>(
  blocks: readonly Use[],
  drive: Drive<Record<Use, MeasuredUse>>,
): ToggleRows[] {
  const [block] = blocks;
  const { byWidth, byPe }: { byWidth: boolean; byPe?: true } = toggledBlocks[block];
  const pes = byPe ? synthesisedPes : [usualPe];
  return (byWidth ? valueWidths : [16 as const]).flatMap((width) =>
    pes.map((pe) => ({
      blocks,
      variant: variantOf(block, width, pe),
      source: blockSource(block, width, pe),
      drive: { operands: "trace", measure: (sim, operands) => drive(sim, operands, width, pe) },
    })),
  );
}

const one = (block: BlockName, drive: Drive<MeasuredUse>): ToggleRows[] =>
  several([block], (...given) => ({ [block]: drive(...given) }) as Record<BlockName, MeasuredUse>);

const lanes = valueWidths.map(
  (width): ToggleRows => ({
    blocks: ["tensordashLane"],
    variant: `${width}`,
    source: blockSource("tensordashLane", width, usualPe),
    beside: blockSource("tensordashScheduler", width, usualPe),
    drive: {
      operands: "trace",
      measure: (sim, operands, beside) => ({
        tensordashLane: driveTensorDashLane(sim, operands, width, beside!),
      }),
    },
  }),
);

const arithmetic = arithmeticFormats.flatMap((format): ToggleRows[] => [
  {
    blocks: ["multiplier"],
    variant: format,
    source: multiplierSource(format),
    drive: {
      operands: "trace",
      measure: (sim, operands) => ({ multiplier: multiplyPairs(sim, operands, format) }),
    },
  },
  {
    blocks: ["adder"],
    variant: format,
    source: adderSource(format),
    drive: { operands: "trace", measure: (sim, operands) => ({ adder: addProducts(sim, operands, format) }) },
  },
]);

const published = (["multiplier", "adder"] as const).flatMap((unit) =>
  publishedFormats.map(
    (format): ToggleRows => ({
      blocks: [`published ${unit}`],
      variant: format,
      source: publishedUnitSource(unit, format),
      drive: {
        operands: "random",
        measure: (sim) => ({ [`published ${unit}`]: randomOperands(sim, format) }),
      },
    }),
  ),
);

/** All rows of the table, in its order. */
export const toggleRows: readonly ToggleRows[] = [
  ...published,
  ...arithmetic,
  ...one("lnpuLine", driveLnpuLine),
  ...one("scatter", driveScatter),
  ...one("coordinates", driveCoordinates),
  ...one("antCandidates", driveAntCandidates),
  ...one("nonzeroReader", driveNonzeroReader),
  ...one("nonzeroReader4", driveNonzeroReader),
  ...one("sparsetrainPe", driveSparseTrainPe),
  ...one("innerJoin", driveInnerJoin),
  ...one("tensordashScheduler", driveTensorDashScheduler),
  ...lanes,
  ...one("procrustesLoad", driveProcrustesLoad),
  ...one("spreadWord", driveSpreadWord),
  ...several(traceUses, driveJobs),
  ...several(["chunkActivated"], driveJobs),
  ...one("macPair", driveMac),
  ...several(switchUses, driveSwitch),
  ...several(neighbourUses, driveNeighbours),
  ...one("jobChosen", driveJobChoice),
  ...one("listWord", driveListWriter),
  ...one("chunkWord", driveChunkWriter),
  ...several(tapUses, driveDrainTap),
  ...several(laneUses, driveDrainLane),
  ...byChance("gatheredJob", driveFinishedSums),
  ...byChance("controlledCouple", driveDrainControl),
  ...one("roundedSum", driveToBf16),
];

/** A trace's name and the layers that operands are taken from. */
export interface TraceOperands {
  readonly name: string;
  /** made anew for each block, so that a row does not depend on those before it */
  readonly layers: () => readonly LayerOperands[];
}

/** Synthesises a netlist and measures its rows, block by block as the table has them: of all traces, or of operands by chance. */
export async function measuredRows(
  rows: ToggleRows,
  traces: readonly TraceOperands[],
  thread?: YosysThread,
): Promise<TogglePoint[]> {
  const { blocks, variant, source, drive } = rows;
  const netlist = await gateNetlist(source, thread);
  const simulator = () => new GateSimulator(netlist.netlist);
  const beside = rows.beside && (await gateNetlist(rows.beside, thread)).netlist;
  const measured: readonly { operands: string; layers: readonly Uses[] }[] =
    drive.operands === "random"
      ? [{ operands: "random", layers: [drive.measure(simulator())] }]
      : traces.map(({ name, layers }) => ({
          operands: name,
          layers: layers().map((operands) =>
            drive.measure(simulator(), operands, beside && new GateSimulator(beside)),
          ),
        }));
  return blocks.flatMap((block) =>
    measured.map(({ operands, layers }) =>
      point(
        block,
        variant,
        operands,
        netlist,
        layers.map((uses) => uses[block]),
      ),
    ),
  );
}

function point(
  block: string,
  variant: string,
  operands: string,
  netlist: BlockNetlist,
  layers: readonly MeasuredUse[],
): TogglePoint {
  const uses = layers.reduce((sum, layer) => sum + layer.uses, 0);
  const each = (of: (use: MeasuredUse) => number) =>
    Number((layers.reduce((sum, layer) => sum + of(layer), 0) / uses).toPrecision(5));
  return {
    block,
    variant,
    operands,
    uses,
    gateEquivalents: Math.round(netlist.gateEquivalents),
    flipFlops: netlist.flipFlops,
    gates: netlist.gates,
    logicToggles: each((use) => use.logic),
    flipFlopToggles: each((use) => use.flipFlops),
    clockedFlipFlops: each((use) => use.clocked),
  };
}
