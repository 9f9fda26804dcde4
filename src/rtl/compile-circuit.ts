import { InputError } from "../input-error.ts";
import { batchWords, circuitMain } from "./circuit-main.ts";
import { type CxxrtlModule, readCxxrtl, type Signal } from "./cxxrtl-signals.ts";
import { cached } from "./disk-cache.ts";
import { clang, cxxrtlHeaders, toolVersions, yosys } from "./toolchain.ts";

/** SystemVerilog to be compiled, and what of it. */
export interface CircuitSource {
  /** SystemVerilog by file name, without folders, in the order in which it is read */
  readonly files: Readonly<Record<string, string>>;
  readonly top: string;
  /** parameters of the top module that are not at their defaults */
  readonly parameters?: Readonly<Record<string, number>>;
  /** the top's clock, `clock` unless said otherwise; undefined for a circuit without a clock */
  readonly clock?: string | undefined;
  /**
   * Modules that are compiled once for all their instances, not once for each: large ones of which there are many. What
   * crosses their borders within a cycle costs time in simulation.
   */
  readonly shared?: readonly string[];
  /** whether inner signals can be seen that are neither registers nor memories; such a circuit takes longer to compile */
  readonly inner?: boolean;
}

/** A circuit as WebAssembly, and its signals in the order of its table of addresses. */
export interface CompiledCircuit {
  readonly wasm: Uint8Array;
  readonly signals: readonly Signal[];
  readonly clock: string | undefined;
}

/**
 * SystemVerilog to WebAssembly, by Yosys (`write_cxxrtl`) and clang; from a cache on disk what the same tools made of the
 * same source before. `onStep` is told what is done next. An error in the SystemVerilog is an `InputError` of one line.
 */
export async function compileCircuit(
  source: CircuitSource,
  onStep: (what: string) => void = () => {},
): Promise<CompiledCircuit> {
  const { top } = source;
  const clock = "clock" in source ? source.clock : "clock";
  const tools = toolVersions();
  const commands = readCommands(source);
  const text = await cached(
    "circuit.cc",
    [tools, ...commands, JSON.stringify(source.files)],
    async () => {
      onStep(`${top}: yosys`);
      const { files } = await yosys(commands, { ...source.files });
      return files["circuit.cc"] as Uint8Array;
    },
    onStep,
  );
  const cxxrtl = readCxxrtl(new TextDecoder().decode(text));
  const signals = cxxrtl.members.map(({ signal }) => signal);
  checkPorts(signals, top, clock);

  const main = circuitMain(cxxrtl, clock);
  const flags = [...cppFlags, ...memoryFlags(cxxrtl)];
  const wasm = await cached(
    "circuit.wasm",
    [tools, ...flags, main],
    async () => {
      const runtime = await cxxrtlHeaders();
      const precompiled = await cached(
        "cxxrtl.pch",
        [tools, ...cppFlags],
        async () => {
          onStep("clang: headers");
          const args = ["-x", "c++-header", "runtime/cxxrtl/cxxrtl.h", "-o", "cxxrtl.pch"];
          return (await clang([...cppFlags, ...args], { runtime }))["cxxrtl.pch"] as Uint8Array;
        },
        onStep,
      );
      onStep(`${top}: clang`);
      const header = ["-include-pch", "cxxrtl.pch", "-Xclang", "-fno-validate-pch"];
      const args = [...flags, ...header, "main.cc", "-o", "circuit.wasm"];
      const files = { runtime, "cxxrtl.pch": precompiled, "main.cc": main };
      return (await clang(args, files))["circuit.wasm"] as Uint8Array;
    },
    onStep,
  );
  return { wasm, signals, clock };
}

function readCommands({ files, top, parameters = {}, shared = [], inner = false }: CircuitSource): string[] {
  const set = Object.entries(parameters).map(([name, value]) => ` -chparam ${name} ${value}`);
  const kept = shared.map((name) => `setattr -mod -set keep_hierarchy 1 ${name} *\\${name} *\\${name}\\*`);
  return [
    ...Object.keys(files).map((file) => `read_verilog -sv ${file}`),
    `hierarchy -check -top ${top}${set.join("")}`,
    ...kept,
    // optimised here, masks would become vectors of single bits put together, on which clang spends minutes
    "proc -noopt",
    "flatten",
    "opt_clean",
    // a vector whose bits depend on each other would be a loop, gone through until it is at rest in every cycle
    "splitnets -driver",
    "opt_clean",
    `write_cxxrtl -noproc -noflatten -g${inner ? 4 : 2} circuit.cc`,
  ];
}

/**
 * Without the headers' `always_inline`, clang takes two thirds of the time and the circuit half as long again. An address
 * out of range reads 0, as in other two-valued simulators: it may pass by within a cycle.
 */
const cppFlags = [
  "-Iruntime",
  "-std=c++17",
  "-fno-exceptions",
  "-fno-rtti",
  "-O2",
  "-D__always_inline__=",
  "-DNDEBUG",
  "-DCXXRTL_NDEBUG",
];

/** Memory of a fixed size, so that views of it stay valid: every signal twice, and a MiB for the rest. */
function memoryFlags({ members }: CxxrtlModule): string[] {
  const words = members.reduce(
    (sum, { signal }) => sum + Math.ceil(signal.width / 32) * (signal.depth ?? 1),
    0,
  );
  const bytes = Math.ceil((8 * words + (1 << 20)) / (1 << 16)) << 16;
  return [
    "-mexec-model=reactor",
    "-Wl,--strip-all",
    `-Wl,--initial-memory=${bytes}`,
    `-Wl,--max-memory=${bytes}`,
  ];
}

function checkPorts(signals: readonly Signal[], top: string, clock: string | undefined): void {
  const inputs = signals.filter(({ direction }) => direction === "in").map(({ name }) => name);
  if (clock !== undefined && !inputs.includes(clock))
    throw new InputError(
      `clock of ${top} must be one of its inputs, is ${clock}; known: ${inputs.join(", ")}`,
    );
  const ports = signals.filter(({ direction }) => direction);
  const words = ports.reduce((sum, { width }) => sum + Math.ceil(width / 32), 0);
  if (words > batchWords) throw new InputError(`ports of ${top} must have at most ${batchWords * 32} bits`);
}
