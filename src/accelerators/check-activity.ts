import { type Activity, emptyBreakdown, noEvents } from "../events.ts";
import { InputError, quoted, requireObject } from "../input-error.ts";

/** A machine does what none may do: not the fault of what it was given, but of whoever wrote it. */
export class MachineFault extends InputError {}

/** Counted by machines that compute FF and BP alone, and so in no list of what every machine counts. */
const eventsOfOtherPhases = ["weightReadBytes", "dramWeightReadBytes", "mapWriteBytes"];
const knownEvents = Object.keys(noEvents());
const causes = Object.keys(emptyBreakdown());

/**
 * Holds a machine to what every number of a report rests on: cycles and multipliers are whole and can be counted, every event
 * and every cause is a known one and a whole number, and the causes add up to all MAC-cycles. Throws `MachineFault`, which names
 * the machine and the layer, and `InputError` for a layer of more MAC-cycles than can be counted.
 */
export function checkActivity(activity: Activity, title: string, layer: string): void {
  const where = `machine ${quoted(title)}, layer ${quoted(layer)}`;
  requireObject(`${where}: activity`, activity);
  const { cycles, macs, breakdown, events, mapping, ...others } = activity;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new MachineFault(`${where}: activity has an unknown field ${quoted(unknown)}`);
  checkCount(`${where}: cycles`, cycles, 1);
  checkCount(`${where}: macs`, macs, 1);
  // counts are exact as long as all of them are below 2^53
  if (cycles * macs > Number.MAX_SAFE_INTEGER)
    throw new MachineFault(
      `layer ${quoted(layer)}: PEs x cycles must be below 2^53, are ${macs} x ${cycles}`,
    );
  if (typeof mapping !== "string")
    throw new MachineFault(`${where}: mapping must be text, is ${quoted(mapping)}`);
  checkCounts(`${where}: breakdown`, breakdown, causes, []);
  checkCounts(`${where}: event`, events, knownEvents, eventsOfOtherPhases);
  const accounted = Object.values(breakdown).reduce((sum, count) => sum + count, 0);
  if (accounted !== cycles * macs)
    throw new MachineFault(
      `${where}: breakdown must add up to macs x cycles, ${macs} x ${cycles}, is ${accounted}`,
    );
}

/** Every one of `names` is there and a count, no other than these and `optional`. */
function checkCounts(
  what: string,
  counts: object,
  names: readonly string[],
  optional: readonly string[],
): void {
  requireObject(what, counts);
  const given = counts as Readonly<Record<string, unknown>>;
  for (const name of names) checkCount(`${what} ${name}`, given[name], 0);
  const others = Object.keys(given).filter((name) => !names.includes(name));
  for (const name of others) {
    if (!optional.includes(name)) throw new MachineFault(`${what} ${quoted(name)} is not known`);
    checkCount(`${what} ${name}`, given[name], 0);
  }
}

function checkCount(what: string, count: unknown, least: number): void {
  if (Number.isSafeInteger(count) && (count as number) >= least) return;
  throw new MachineFault(`${what} must be a whole number of at least ${least}, is ${quoted(count)}`);
}
