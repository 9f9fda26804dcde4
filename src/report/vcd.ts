/** A signal of a waveform. */
export interface Wave {
  /** names of scopes and of the signal, joined by dots */
  readonly name: string;
  /** bits; 0 for one whose values are short texts */
  readonly width: number;
}

/** The values of all waves from a cycle on. */
interface Sample {
  readonly cycle: number;
  readonly values: readonly Value[];
}

type Value = bigint | string | undefined;

/**
 * A waveform in the Value Change Dump format (IEEE 1364-2005, 18.2), for GTKWave, Surfer and the like. `samples` have the
 * values of all waves from a cycle on, in order; undefined is unknown. The last ends at cycle `end`; a cycle lasts `cycleNs`.
 */
export function vcd(
  waves: readonly Wave[],
  samples: readonly Sample[],
  end: number,
  cycleNs: number,
): string {
  const lines = [`$timescale 1 ps $end`, ...scopes(waves), "$enddefinitions $end"];
  const shown: Value[] = [];
  const time = (cycle: number) => Math.round(cycle * cycleNs * 1000);
  for (const [i, { cycle, values }] of samples.entries()) {
    const changes = waves.flatMap((wave, at) => {
      if (i > 0 && shown[at] === values[at]) return [];
      shown[at] = values[at];
      return [change(wave, values[at], identifier(at))];
    });
    if (changes.length > 0) lines.push(`#${time(cycle)}`, ...changes);
  }
  lines.push(`#${time(end)}`);
  return `${lines.join("\n")}\n`;
}

/** The hierarchy of names, as nested scopes. */
function scopes(waves: readonly Wave[]): string[] {
  const lines: string[] = [];
  const open: string[] = [];
  const order = waves.map(({ name, width }, at) => ({ path: name.split("."), width, at }));
  order.sort((a, b) => compare(a.path, b.path));
  for (const { path, width, at } of order) {
    const scope = path.slice(0, -1);
    let same = 0;
    while (same < open.length && open[same] === scope[same]) same++;
    while (open.length > same) {
      open.pop();
      lines.push("$upscope $end");
    }
    for (const name of scope.slice(same)) {
      open.push(name);
      lines.push(`$scope module ${name} $end`);
    }
    const kind = width === 0 ? "string 1" : `wire ${width}`;
    lines.push(`$var ${kind} ${identifier(at)} ${path.at(-1)} $end`);
  }
  for (const _ of open) lines.push("$upscope $end");
  return lines;
}

/** A scope's own signals before its inner scopes, so that no scope is opened twice. */
function compare(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; ; i++) {
    const [lastA, lastB] = [i === a.length - 1, i === b.length - 1];
    if (lastA !== lastB) return lastA ? -1 : 1;
    if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
    if (lastA) return 0;
  }
}

function change({ width }: Wave, value: Value, id: string): string {
  if (width === 0) return `s${String(value ?? "-").replaceAll(/\s+/g, "_")} ${id}`;
  const bits = value === undefined ? "x" : BigInt(value).toString(2);
  return width === 1 ? `${bits}${id}` : `b${bits} ${id}`;
}

/** A short name of printable characters, from ! on. */
function identifier(at: number): string {
  const digit = String.fromCharCode(33 + (at % 94));
  return at < 94 ? digit : digit + identifier(Math.floor(at / 94) - 1);
}
