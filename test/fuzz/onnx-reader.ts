import { readdirSync, readFileSync } from "node:fs";
import { InputError } from "../../src/input-error.ts";
import { arraySource } from "../../src/trace/byte-source.ts";
import { type OnnxNetwork, onnxNetwork } from "../../src/trace/onnx/network.ts";
import { syntheticTraceOf } from "../../src/trace/synthetic.ts";
import { hostileOnnx } from "../hostile-onnx.ts";
import { changeBytes } from "./byte-changes.ts";
import { changed, type FuzzedReader, pick } from "./fuzzed-reader.ts";
import { changeProtobuf } from "./protobuf-changes.ts";
import { useMadeUp } from "./use-trace.ts";

let found: readonly Uint8Array[] | undefined;
/** Networks of real exporters, and those small ones that are refused for one thing. */
function seeds(): readonly Uint8Array[] {
  const files = () => readdirSync("test/data/onnx").filter((name) => name.endsWith(".onnx"));
  found ??= [
    ...files().map((name) => new Uint8Array(readFileSync(`test/data/onnx/${name}`))),
    ...hostileOnnx.map(([, file]) => file()).filter(({ length }) => length < 2000),
  ];
  return found;
}

export const onnx: FuzzedReader = {
  about: "networks in ONNX",
  make(random) {
    const change = random.below(12) === 0 ? changeBytes : changeProtobuf;
    return changed(random, pick(random, seeds()), 4, (bytes) => change(bytes, random));
  },
  read(bytes) {
    const network = withSizes(bytes, new Map());
    useMadeUp(
      syntheticTraceOf("fuzzed.onnx", network, 1, 1, { zeros: "coins", densities: { fmap: 0.5, emap: 0.5 } }),
    );
  },
};

/** A network whose open dimensions have the sizes that its reader asks for, one after another. */
function withSizes(bytes: Uint8Array, sizes: ReadonlyMap<string, number>): OnnxNetwork {
  try {
    return onnxNetwork(arraySource("fuzzed.onnx", bytes), sizes);
  } catch (error) {
    const [, name] = (error instanceof InputError && /--dimension (.+)=SIZE/.exec(error.message)) || [];
    if (name === undefined || sizes.has(name) || sizes.size > 4) throw error;
    return withSizes(bytes, new Map([...sizes, [name, 5]]));
  }
}
