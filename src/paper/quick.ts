import { networks } from "../workload/networks/index.ts";
import type { Claim, ClaimRun } from "./claim.ts";

/** Machines that take next to no time for a whole network. */
const quick = ["dense"];

/** The convolution in the middle of a network: neither the first ones' large pictures nor the last ones' small ones. */
function middleConvolution(network: string): string {
  const convolutions = networks[network].layers(1).filter(({ type }) => type === "conv2d");
  return convolutions[Math.floor(convolutions.length / 2)].name;
}

function quickRun(run: ClaimRun): ClaimRun {
  const cut = !run.accelerators.every((name) => quick.includes(name));
  return { ...run, batch: 1, ...(cut && { layers: [middleConvolution(run.network)] }) };
}

/**
 * A claim as a first look at it: one image, and but for dense machines one convolution of each network. Its figures are no evidence,
 * so nothing is judged.
 */
export const quickly = ({ id, published, why, take, cases }: Claim): Claim => ({
  id,
  published,
  status: "cannot be judged",
  why: `Quick: one image, and for all but dense machines the middle convolution alone; not judged. ${why}`,
  take,
  cases: cases.map(({ name, runs, measure }) => ({ name, runs: runs.map(quickRun), measure })),
});
