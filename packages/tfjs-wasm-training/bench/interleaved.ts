/** Something to be timed; `run` gives milliseconds. */
export interface Candidate {
  readonly name: string;
  run(): number | Promise<number>;
}

/**
 * The least time of each candidate: one after the other, so many rounds, so that what else the machine does meets all. Each
 * round begins with another one, as what runs behind another process finds the caches empty.
 */
export async function interleaved(
  candidates: readonly Candidate[],
  rounds: number,
): Promise<Record<string, number>> {
  const least: Record<string, number> = Object.fromEntries(candidates.map(({ name }) => [name, Infinity]));
  for (let round = 0; round < rounds; round++)
    for (const i of candidates.keys()) {
      const { name, run } = candidates[(i + round) % candidates.length];
      least[name] = Math.min(least[name], await run());
    }
  return least;
}

/** Milliseconds of CPU that this process has taken, of all its threads. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** CPU time of work; of work shorter than the clock of CPU time ticks it is the wall's. */
export function timed(work: () => void): number {
  const [cpu, wall] = [cpuMs(), performance.now()];
  work();
  return Math.min(cpuMs() - cpu, performance.now() - wall);
}
