import { InputError, unknownName } from "../input-error.ts";
import type { Network, PoolWindow, ReluOutput } from "../workload/networks/network.ts";
import { parseStructuredMask, type StructuredMask } from "../workload/structured-mask.ts";
import { imagenetZeroFractions } from "./density-imagenet.ts";

/** Shares of nonzeros of one layer's tensors, 0 to 1. */
export interface LayerDensities {
  readonly fmap: number;
  /** With `pool`: the density of the pool's output; the emap has one nonzero at most in each window. */
  readonly emap: number;
  readonly pool?: PoolWindow;
  /** A share, or N of each M along the channels. Absent: every gradient element is wanted. */
  readonly mask?: number | StructuredMask;
}

/** Densities that stand for every layer's, whatever its place: `--density fmap=.4,emap=.3,mask=.2` or `mask=2:4`. */
export type DensityOverrides = Readonly<Partial<LayerDensities>>;

const tensors = ["fmap", "emap", "mask"] as const;

/**
 * The densities of a network's layers, by name (assumed, D23): those measured over ImageNet trainings (`imagenetZeroFractions`), of
 * the place at the same relative depth among those of its kind in the network that `zerosLike` names.
 *
 * Without batch norm the emap is zero wherever the ReLU's output is; behind a max pool only the winner of each window
 * whose output is not zero is nonzero. With batch norm in between the emap is dense, and so are pictures, linear
 * bottlenecks, averages over the picture, and what has no ReLU before it. Masks are not assumed; a topology file may
 * have some.
 */
export function networkDensities(
  { zeros, zerosLike }: Network,
  overrides: DensityOverrides = {},
): ReadonlyMap<string, LayerDensities> {
  const measured = (output: ReluOutput | undefined) =>
    output === undefined || zerosLike === undefined ? 1 : 1 - zeroFraction(zerosLike, output);
  const entries = [...zeros].map(([name, { fmap, emap, mask }]): [string, LayerDensities] => {
    const pool = overrides.emap === undefined ? emap?.pool : undefined;
    const densities = {
      fmap: measured(fmap),
      emap: measured(emap),
      ...(pool ? { pool } : {}),
      ...(mask ? { mask } : {}),
    };
    return [name, { ...densities, ...overrides }];
  });
  return new Map(entries);
}

function zeroFraction(network: NonNullable<Network["zerosLike"]>, { place, depth }: ReluOutput): number {
  const fractions = imagenetZeroFractions[network][place];
  if (fractions === undefined) throw new Error(`${network} has no measured zeros at place "${place}"`);
  return fractions[Math.round(depth * (fractions.length - 1))];
}

/**
 * Reads `fmap=.4,emap=.3,mask=.2`, any of the three, the mask also as N:M (`mask=2:4`). Throws `InputError` for another
 * name, a name given twice, a density outside 0 to 1, or no N:M.
 */
export function parseDensities(text: string): DensityOverrides {
  const overrides: Partial<Record<(typeof tensors)[number], number | StructuredMask>> = {};
  for (const part of text.split(",")) {
    const [name, value = "", ...rest] = part.split("=").map((s) => s.trim());
    const tensor = tensors.find((known) => known === name);
    if (tensor === undefined) throw unknownName("density", name, tensors);
    if (tensor in overrides) throw new InputError(`density ${tensor} is given twice`);
    const structured = tensor === "mask" && value.includes(":");
    overrides[tensor] = structured
      ? parseStructuredMask("density mask", value)
      : share(tensor, rest.length > 0 ? part : value);
  }
  return overrides as DensityOverrides;
}

function share(tensor: string, value: string): number {
  const density = Number(value);
  if (/^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(value) && density <= 1) return density;
  throw new InputError(`density ${tensor} must be a number from 0 to 1, got ${JSON.stringify(value)}`);
}
