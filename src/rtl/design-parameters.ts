import type { SwgParameters } from "../hardware/parameters.ts";
import { InputError } from "../input-error.ts";

/** What a parameter of the machine may be in the SystemVerilog, where it has a parameter for it. */
interface Rule {
  readonly allowed: string;
  readonly allows: (value: number) => boolean;
}

const upTo = (least: number, most: number): Rule => ({
  allowed: `${least} to ${most}`,
  allows: (value) => value >= least && value <= most,
});

const oneOf = (...values: readonly number[]): Rule => ({
  allowed: `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`,
  allows: (value) => values.includes(value),
});

/** By the machine's parameters; others have one value in the SystemVerilog, or none. */
const rules = {
  // the masks of more do not fit one header
  traces: upTo(1, 3),
  // counted modulo 8
  chunks: upTo(1, 4),
  // six couples of row words, and values; two bases of a larger chunk do not fit a word
  chunkWords: upTo(8, 64),
  // a ring, which sequences of lists share by powers of two
  listWords: oneOf(16, 32, 64, 128, 256),
  // sets lie 16 apart, eight at most
  sums: oneOf(32, 64, 128),
} as const satisfies Partial<Record<keyof SwgParameters, Rule>>;

/** Parameters of the machine that the SystemVerilog of a column has, too. */
export const designSizes = [
  ...(Object.keys(rules) as (keyof typeof rules)[]),
  "rows",
  "listPorts",
  "drainLanes",
] as const;

/**
 * The parameters of the module `column` for a machine, by their names there. Throws an `InputError` where the SystemVerilog has
 * no such machine.
 */
export function columnParameters(p: SwgParameters): Record<string, number> {
  for (const [name, { allowed, allows }] of Object.entries(rules)) {
    const value = p[name as keyof typeof rules];
    if (!allows(value)) throw new InputError(`rtl: swg.${name} must be ${allowed}, is ${value}`);
  }
  return {
    ROWS: p.rows,
    LIST_PORTS: p.listPorts,
    LANES: p.drainLanes,
    TRACES: p.traces,
    LIST_WORDS: p.listWords,
    CHUNKS: p.chunks,
    CHUNK_WORDS: p.chunkWords,
    SUM_WORDS: p.sums / 2,
  };
}
