import type { Command } from "commander";
import type { Io } from "./io.ts";

/** A command, whose module is loaded when it is asked for. */
interface LazyCommand {
  readonly about: string;
  /** gives what adds its options, and what it does, to an empty command */
  readonly declare: () => Promise<(command: Command, io: Io) => void>;
}

/** Every command by its name, in the order of the help. A new one is a file and an entry here. */
export const commands: Readonly<Record<string, LazyCommand>> = {
  run: {
    about:
      "simulate the weight gradients of a training step, or all its phases, on one or more machines; of a trace of " +
      "several steps each, and how they change",
    declare: async () => (await import("./run.ts")).declareRun,
  },
  sweep: {
    about:
      "run over the values of a density, the batch or a parameter; of several, search for the machines that none beats",
    declare: async () => (await import("./sweep.ts")).declareSweep,
  },
  cost: {
    about: "what a whole training costs on each machine: time, energy and DRAM traffic, from recorded steps",
    declare: async () => (await import("./cost.ts")).declareCost,
  },
  serve: {
    about: "answer points of somebody else's search: an optimiser's, a notebook's",
    declare: async () => (await import("./exploration/serve.ts")).declareServe,
  },
  verify: {
    about:
      "compare a trace's own weight gradients with the reference; exit with 1 if one is off, or there are none",
    declare: async () => (await import("./verify.ts")).declareVerify,
  },
  timeline: {
    about: "show which MAC of a column worked for whom, when, and why it waited",
    declare: async () => (await import("./timeline.ts")).declareTimeline,
  },
  train: {
    about: "train a small network on drawn digits and capture a training step before and after",
    declare: async () => (await import("./train.ts")).declareTrain,
  },
  info: {
    about: "show what is in a trace, or which layers an ONNX file or a topology has",
    declare: async () => (await import("./info.ts")).declareInfo,
  },
  convert: {
    about: "write a trace in another format, or shapes for SCALE-Sim and Timeloop",
    declare: async () => (await import("./convert.ts")).declareConvert,
  },
  list: {
    about:
      "list machines and networks, one machine's parameters, one network's layers, the prices of energy, or what each machine is charged for",
    declare: async () => (await import("./list.ts")).declareList,
  },
  check: {
    about: "hold a machine of your own, or any other, to the rules that every machine keeps",
    declare: async () => (await import("./check.ts")).declareCheck,
  },
  claims: {
    about: "hold published figures against what the models measure; exit with 1 if a status is not true",
    declare: async () => (await import("./claims.ts")).declareClaims,
  },
  rtl: {
    about: "compare SystemVerilog of a column of SWG with the cycle model",
    declare: async () => (await import("./rtl.ts")).declareRtl,
  },
  explore: {
    about: "open the explorer in a browser: why a machine is not faster, with every parameter to try",
    declare: async () => (await import("./explore.ts")).declareExplore,
  },
  demo: {
    about: "train, capture, verify, simulate and report in one go: what `npm start` does",
    declare: async () => (await import("./demo.ts")).declareDemo,
  },
};
