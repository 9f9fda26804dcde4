import type { Kernel } from "../kernel/kernel.ts";

/** Time between two words on how far a layer is. */
const sparinglyMs = 200;

/** A kernel that tells which share of `runs` runs of cycle models is done, while it works on them; now and then. */
export function watchedKernel(kernel: Kernel, runs: number, onShare: (share: number) => void): Kernel {
  let begun = 0;
  let told = performance.now();
  return {
    ...kernel,
    simulate(model, occupancy, parameters) {
      const before = begun++;
      return kernel.simulate(model, occupancy, parameters, (share) => {
        if (performance.now() - told < sparinglyMs) return;
        told = performance.now();
        onShare(Math.min(1, (before + share) / runs));
      });
    },
  };
}
