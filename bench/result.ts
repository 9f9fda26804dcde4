import { cpus, totalmem } from "node:os";
import { times } from "../src/report/format.ts";
import { plainTable } from "../src/report/plain-table.ts";
import { kernels, type Measurement } from "./measurement.ts";

/** A measurement with what follows from it. */
export interface Row extends Measurement {
  readonly denseMacsPerSecond: number;
  readonly validPairsPerSecond?: number;
  /** MACs a second over those of the dense kernels on as many threads, where they were timed */
  readonly timesTiled?: number;
  readonly timesTorch?: number;
}

/** Everything that a run of the benchmark found. */
export interface BenchResult {
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryMib: number;
    readonly platform: string;
    readonly node: string;
    /** programs that were running before the start, on average over a minute */
    readonly load: number;
    /** its version; absent: not installed */
    readonly torch?: string;
  };
  readonly measured: string;
  readonly rows: readonly Row[];
}

const measured = `\
Seconds are of simulating, or of computing the dense gradient, layer by layer; making or reading the maps is apart. On
several threads layers are dealt largest first, each to the thread that is free, and both times are those of the thread
that spent most. Peak memory is that of the whole process, maps included. The dense kernels multiply random numbers: what
the values are does not change their speed. Compare rates, not seconds, between rows of different batches.`;

/** Puts measurements side by side. `load` and `torch`: see `BenchResult`. */
export function benchResult(
  measurements: readonly Measurement[],
  { load, torch }: { load: number; torch: string | undefined },
): BenchResult {
  const [{ model }] = cpus();
  const rate = ({ denseMacs, seconds }: Measurement) => denseMacs / seconds;
  const rows = measurements.map((row): Row => {
    const peer = (kernel: string) =>
      measurements.find((m) => m.kernel === kernel && m.network === row.network && m.threads === row.threads);
    const [tiled, ofTorch] = [peer("tiled"), peer("torch")];
    return {
      ...row,
      denseMacsPerSecond: rate(row),
      ...(row.validPairs === undefined ? {} : { validPairsPerSecond: row.validPairs / row.seconds }),
      ...(tiled ? { timesTiled: rate(row) / rate(tiled) } : {}),
      ...(ofTorch ? { timesTorch: rate(row) / rate(ofTorch) } : {}),
    };
  });
  const machine = {
    cpu: model.trim(),
    cores: cpus().length,
    memoryMib: Math.round(totalmem() / 2 ** 20),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    load,
    ...(torch === undefined ? {} : { torch }),
  };
  return { machine, measured: measured.replaceAll("\n", " "), rows };
}

/** A table of all rows, what the kernels are, and what was measured where. */
export function benchText({ machine, rows }: BenchResult): string {
  const { cpu, cores, load, node, torch = "not installed" } = machine;
  const billions = (rate: number | undefined) => (rate === undefined ? "" : (rate / 1e9).toPrecision(3));
  const ratio = (value: number | undefined) => (value === undefined ? "" : times(value));
  const table = plainTable({
    head: [
      ["", "", "", "", "", "G dense", "G valid", "MACs/s over", "", "peak", "making"],
      [
        "network",
        "batch",
        "threads",
        "kernel",
        "seconds",
        "MACs/s",
        "pairs/s",
        "tiled",
        "torch",
        "MiB",
        "maps, s",
      ],
    ],
    rows: rows.map((row) => [
      row.network,
      String(row.batch),
      String(row.threads),
      row.kernel,
      row.seconds.toFixed(2),
      billions(row.denseMacsPerSecond),
      billions(row.validPairsPerSecond),
      ratio(row.timesTiled),
      ratio(row.timesTorch),
      row.peakMib.toFixed(0),
      row.makingSeconds.toFixed(2),
    ]),
    left: [0, 3],
  });
  const meanings = Object.entries(kernels).map(([name, meaning]) => `${name.padEnd(10)} ${meaning}`);
  const on = `${cpu}, ${cores} cores, Node ${node}, PyTorch ${torch}; ${load.toFixed(1)} other programs running at the start`;
  return [table, meanings.join("\n"), "", measured, "", on, ""].join("\n");
}
