import * as tf from "@tensorflow/tfjs-core";
import { drawnBlobs } from "../test/drawn-blobs.ts";
import { networks } from "../test/networks.ts";
import { type Mode, modes, setMode } from "./baselines.ts";
import { type Candidate, cpuMs, interleaved } from "./interleaved.ts";
import { mobileNetV2 } from "./mobile-net-v2.ts";
import type { PyTorch } from "./pytorch.ts";
import type { Row } from "./table.ts";

const batch = 16;
const measured = {
  small: { side: 32, model: networks.small },
  mobile: { side: 32, model: networks.mobile },
  resnet20: { side: 32, model: networks.resnet20 },
  mobileNetV2: { side: 96, model: mobileNetV2 },
};
export type MeasuredNetwork = keyof typeof measured;
export const measuredNetworks = Object.keys(measured) as MeasuredNetwork[];

/** CPU milliseconds of a whole training step, batch 16, by each way to train. */
export async function benchSteps(
  names: readonly MeasuredNetwork[],
  rounds: number,
  torch?: PyTorch,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of names) rows.push(await benchNetwork(name, rounds, torch));
  return rows;
}

async function benchNetwork(name: MeasuredNetwork, rounds: number, torch?: PyTorch): Promise<Row> {
  const { side, model } = measured[name];
  const { x, y } = drawnBlobs(batch, side);
  const heapBefore = heapMiB();
  const ways: Candidate[] = modes.map((mode) => candidate(mode, model(side), x, y));
  const ask = { ask: "step", network: name, side, batch };
  if (torch) ways.push({ name: "PyTorch", run: () => torch.ask(ask) });
  // what is compiled, or made at the first step, is not a step's
  await interleaved(ways, 3);
  const ms = await interleaved(ways, rounds);
  tf.dispose([x, y]);
  return {
    network: name,
    ...ms,
    "x workaround": ms.workaround / ms.package,
    "x by hand": ms["by hand"] / ms.package,
    ...(torch && { "/ PyTorch": ms.package / ms.PyTorch }),
    "heap MiB": heapMiB() - heapBefore,
  };
}

function candidate(mode: Mode, model: ReturnType<typeof mobileNetV2>, x: tf.Tensor, y: tf.Tensor): Candidate {
  model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: "categoricalCrossentropy" });
  return {
    name: mode,
    async run() {
      setMode(mode);
      const started = cpuMs();
      await model.trainOnBatch(x, y);
      return cpuMs() - started;
    },
  };
}

function heapMiB(): number {
  const { asm } = (tf.backend() as unknown as { wasm: { asm: { memory: WebAssembly.Memory } } }).wasm;
  return asm.memory.buffer.byteLength / 2 ** 20;
}
