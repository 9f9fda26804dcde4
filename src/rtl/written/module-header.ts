/** A port of a module, as its source declares it. */
export interface DeclaredPort {
  readonly name: string;
  readonly direction: "in" | "out";
  /** packed dimensions as they are written, without brackets */
  readonly dimensions: readonly string[];
  /** all of its bits, with the parameters as they are */
  readonly width: number;
  /** the heading above it, after dashes */
  readonly group: string;
  /** the comment above it, or above the port before it */
  readonly about: string;
}

/**
 * Ports of a module of this design, in order: one port a line, its comment above it, with a module's parameters, of which
 * `given` are not at their defaults. Throws where a line of the header is not understood.
 */
export function modulePorts(text: string, given: Readonly<Record<string, number>>): DeclaredPort[] {
  const header = text.slice(text.search(/^module /m)).split("\n);")[0];
  const values = new Map<string, number>();
  const ports: DeclaredPort[] = [];
  let [group, about, inComment] = ["", "", false];
  for (const raw of header.split("\n").slice(1)) {
    const line = raw.trim();
    const [, dashes, said] = /^\/\/ (---- )?(.*)$/.exec(line) ?? [];
    if (dashes) [group, about] = [said, ""];
    else if (said !== undefined) about = inComment ? `${about} ${said}` : said;
    // what is said of constants is not said of the first port
    else if (line === ") (") about = "";
    else if (line !== "") ports.push(...declared(line, values, given, { group, about }));
    inComment = said !== undefined && !dashes;
  }
  return ports;
}

/** The port that a line declares; none where it is a constant's, whose value is kept. */
function declared(
  line: string,
  values: Map<string, number>,
  given: Readonly<Record<string, number>>,
  comments: Pick<DeclaredPort, "group" | "about">,
): DeclaredPort[] {
  const constant = /^(parameter|localparam) int (\w+) = (.+?),?$/.exec(line);
  if (constant) {
    const [, kind, name, formula] = constant;
    const set = kind === "parameter" ? given[name] : undefined;
    values.set(name, set ?? constantOf(formula, values));
    return [];
  }
  const port = /^(input|output)\s+logic\s+((?:\[[^\]]+\])*)\s*(\w+),?$/.exec(line);
  if (!port) throw new Error(`not understood in a module's header: ${line}`);
  const dimensions = Array.from(port[2].matchAll(/\[([^\]]+):0\]/g), ([, highest]) => highest);
  const width = dimensions.reduce((bits, highest) => bits * (constantOf(highest, values) + 1), 1);
  return [{ name: port[3], direction: port[1] === "input" ? "in" : "out", dimensions, width, ...comments }];
}

/** Whole numbers, names, + - * /, == and >, ?: and $clog2, which are what this design's constants use. */
function constantOf(formula: string, names: ReadonlyMap<string, number>): number {
  const tokens = formula.match(/\$clog2|\w+|==|[^\s\w]/g) ?? [];
  let at = 0;
  const atom = (): number => {
    const token = tokens[at++];
    if (token === "$clog2") return Math.ceil(Math.log2(atom()));
    if (token === "(") {
      const value = choice();
      at++;
      return value;
    }
    const value = names.get(token) ?? Number(token);
    if (!Number.isSafeInteger(value)) throw new Error(`not understood in a module's header: ${formula}`);
    return value;
  };
  const levels: Readonly<Record<string, (a: number, b: number) => number>>[] = [
    { "==": (a, b) => Number(a === b), ">": (a, b) => Number(a > b) },
    { "+": (a, b) => a + b, "-": (a, b) => a - b },
    { "*": (a, b) => a * b, "/": (a, b) => Math.floor(a / b) },
  ];
  const binary = (level: number): number => {
    if (level === levels.length) return atom();
    let value = binary(level + 1);
    while (Object.hasOwn(levels[level], tokens[at] ?? "")) {
      const operator = levels[level][tokens[at++]];
      value = operator(value, binary(level + 1));
    }
    return value;
  };
  const choice = (): number => {
    const value = binary(0);
    if (tokens[at] !== "?") return value;
    at++;
    const yes = choice();
    at++;
    const no = choice();
    return value !== 0 ? yes : no;
  };
  const value = choice();
  if (at !== tokens.length) throw new Error(`not understood in a module's header: ${formula}`);
  return value;
}
