import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { openTrace } from "../../../src/trace/file.ts";
import type { LayerTrace, Trace } from "../../../src/trace/trace.ts";
import type { Backend } from "../src/backend.ts";
import { engineOf } from "../src/engine.ts";
import { type GradientMask, readMask } from "../src/gradient-mask.ts";
import { filterGradient } from "../src/kernels/conv-2d-backprop-filter.ts";
import { inputGradient } from "../src/kernels/conv-2d-backprop-input.ts";
import { drawer } from "../test/drawn-blobs.ts";
import { modes, setMode } from "./baselines.ts";
import { type Candidate, interleaved, timed } from "./interleaved.ts";
import { phasesOf } from "./layers.ts";
import type { PyTorch } from "./pytorch.ts";
import type { Row } from "./table.ts";

/** Milliseconds of all convolutions of a captured step, by phase and by each way to compute them. */
export async function benchTrace(path: string, rounds: number, torch?: PyTorch): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "tfjs-wasm-training-"));
  try {
    const trace = openTrace(path);
    const sums: Record<string, Record<string, number>> = { WG: {}, BP: {}, FW: {} };
    for (const { name } of convolutions(trace)) {
      const ms = await benchLayer(trace.read(name), `${path} ${name}`, folder, rounds, torch);
      for (const [phase, byWay] of Object.entries(ms))
        for (const [way, time] of Object.entries(byWay)) sums[phase][way] = (sums[phase][way] ?? 0) + time;
    }
    return Object.entries(sums).map(([phase, byWay]) => ({
      trace: basename(path, ".safetensors"),
      phase,
      ...byWay,
      ...(torch && { "/ PyTorch": byWay.package / byWay.PyTorch }),
      ...(torch && byWay["with mask"] && { "mask / PyTorch": byWay["with mask"] / byWay.PyTorch }),
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Layers along two axes that are not grouped. */
const convolutions = ({ layers }: Trace) => layers.filter(({ groups, H }) => groups === 1 && H > 1);

async function benchLayer(
  { layer, fmap, emap }: LayerTrace,
  id: string,
  folder: string,
  rounds: number,
  torch?: PyTorch,
): Promise<Record<string, Record<string, number>>> {
  const { N, C, H, W, K, P, Q, R, S, stride, padding } = layer;
  const nhwc = (values: ArrayLike<number>, shape: [number, number, number, number]) =>
    tf.tidy(() => tf.transpose(tf.tensor4d(Float32Array.from(values), shape), [0, 2, 3, 1]));
  const maps = {
    x: nhwc(fmap, [N, C, H, W]),
    dy: nhwc(emap, [N, K, P, Q]),
    filter: tf.randomNormal<tf.Rank.R4>([R, S, C, K]),
  };
  const [top, left] = padding;
  // TensorFlow.js wants the padding that is used, which can be less than the framework's
  const bottom = Math.max((P - 1) * stride[0] + R - H - top, 0);
  const right = Math.max((Q - 1) * stride[1] + S - W - left, 0);
  const pad: tf.backend_util.ExplicitPadding = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  const phases = phasesOf(maps, [R, S, C, K], stride, pad);
  const afterRelu = fmap.every((value) => value >= 0);
  const filterShape = [R, S, C, K];
  const attrs = { strides: stride, pad, dataFormat: "NHWC", inputShape: maps.x.shape, filterShape };
  const draw = drawer(1);
  const drawn = maps.filter.dataSync().map(() => draw());
  const masks = {
    "pruned 80 %": readMask(
      drawn.map((value) => Number(value < 0.2)),
      K,
    ),
    "pruned 95 %": readMask(
      drawn.map((value) => Number(value < 0.05)),
      K,
    ),
  };
  const prunedGradient = (mask: GradientMask) =>
    tf
      .engine()
      .makeTensorFromTensorInfo(
        filterGradient(engineOf(tf.backend() as unknown as Backend), maps, attrs, mask),
      );
  const maskedGradient = () =>
    tf
      .engine()
      .makeTensorFromTensorInfo(
        inputGradient(
          engineOf(tf.backend() as unknown as Backend),
          maps,
          attrs,
          afterRelu ? maps.x : undefined,
        ),
      );
  if (torch) {
    const files = { fmap: join(folder, "fmap"), emap: join(folder, "emap") };
    writeFileSync(files.fmap, Float32Array.from(fmap));
    writeFileSync(files.emap, Float32Array.from(emap));
    await torch.ask({
      ask: "layer",
      index: id,
      sizes: [N, C, H, W, K, P, Q, R, S],
      stride,
      padding: [top, left],
      ...files,
    });
  }
  const result: Record<string, Record<string, number>> = {};
  for (const [phase, run] of Object.entries(phases)) {
    const ways: Candidate[] = modes.map((mode) => ({
      name: mode,
      run() {
        setMode(mode);
        return timed(() => run().dispose());
      },
    }));
    if (phase === "WG")
      for (const [name, mask] of Object.entries(masks))
        ways.push({
          name,
          run() {
            setMode("package");
            return timed(() => prunedGradient(mask).dispose());
          },
        });
    if (phase === "BP")
      ways.push({
        name: "with mask",
        run() {
          setMode("package");
          return timed(() => maskedGradient().dispose());
        },
      });
    if (torch) ways.push({ name: "PyTorch", run: () => torch.ask({ ask: "phase", index: id, what: phase }) });
    await interleaved(ways, 2);
    result[phase] = await interleaved(ways, rounds);
  }
  tf.dispose(Object.values(maps));
  return result;
}
