import { ModuleTimes, type Passed } from "./module-times.ts";
import type { ModuleWays } from "./module-ways.ts";

/** The longest way from a flip-flop or input to a flip-flop or output, through all modules; the clock must wait for it. */
export interface LongestWay {
  readonly gates: number;
  /** memories that are read on the way, which take time of their own */
  readonly memoryReads: number;
  /** the modules in the order in which it passes them, and its gates in each */
  readonly through: readonly { readonly module: string; readonly gates: number }[];
}

/** The longest way in a design. Every module is looked at once, and stands for all of its instances. */
export function longestWay(
  modules: ReadonlyMap<string, ModuleWays>,
  top: string,
  name: (module: string) => string,
): LongestWay {
  const known = new Map<string, ModuleTimes>();
  // of a module that was left out nothing is known, and ways end at it
  const timesOf = (module: string): ModuleTimes | undefined => {
    const ways = modules.get(module);
    if (ways && !known.has(module)) known.set(module, new ModuleTimes(ways, timesOf));
    return known.get(module);
  };
  const passed: Passed[] = [];
  timesOf(top)!.longest((step) => passed.push(step), top);
  const through: { module: string; gates: number }[] = [];
  for (const { module, read } of passed) {
    if (read) continue;
    const before = through.at(-1);
    if (before?.module === name(module)) before.gates++;
    else through.push({ module: name(module), gates: 1 });
  }
  const memoryReads = passed.filter(({ read }) => read).length;
  return { gates: passed.length - memoryReads, memoryReads, through };
}
