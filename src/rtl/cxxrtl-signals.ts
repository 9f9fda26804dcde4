/** A signal or memory of a circuit, by its hierarchical name. */
export interface Signal {
  /** names of instances and of the signal, joined by dots: `column.pe[3].pairs` */
  readonly name: string;
  /** bits of the signal, or of one word of the memory */
  readonly width: number;
  /** words of a memory; undefined for a signal */
  readonly depth?: number;
  /** of a port of the top module */
  readonly direction?: "in" | "out";
  /** keeps its value from one clock edge to the next */
  readonly register?: boolean;
}

/** A signal, and the C++ expression of its address; of a memory, of the pointer to its first word. */
interface Member {
  readonly signal: Signal;
  readonly address: string;
}

/** What is known of the C++ that `write_cxxrtl` wrote for a circuit. */
export interface CxxrtlModule {
  /** C++ class of the top module */
  readonly className: string;
  readonly members: readonly Member[];
  /** objects whose `debug_eval` works out signals that were optimised away, as C++ expressions */
  readonly outlined: readonly string[];
  /** the same C++ without its tables of names, which would take seconds to compile */
  readonly source: string;
}

interface Declared {
  readonly kind: "value" | "wire" | "memory";
  readonly width: number;
  readonly depth?: number;
}

/** One C++ class: what its members are, and what its `debug_info` says of them. */
interface Class {
  readonly declared: ReadonlyMap<string, Declared>;
  readonly cells: ReadonlyMap<string, string>;
  /** body of `debug_eval`; undefined without one */
  readonly debugEval: string | undefined;
  readonly debugInfo: string;
}

const debugInfo = /^void (\S+)::debug_info\([^\n]*\) \{\n([\s\S]*?)^\}/gm;
const debugEval = /^void (\S+)::debug_eval\(\) \{\n([\s\S]*?)^\}/gm;

/**
 * Reads the signals of a circuit from its C++: their widths from the classes, their names from the bodies of
 * `debug_info`, which are then left out. Constants, and names that Yosys made up, are not listed.
 */
export function readCxxrtl(text: string): CxxrtlModule {
  const className = /new cxxrtl_design::(\w+)\)/.exec(text)![1];
  const [infos, evals] = [debugInfo, debugEval].map(
    (definition) => new Map(Array.from(text.matchAll(definition), ([, name, body]) => [name, body])),
  );
  const classes = new Map<string, Class>();
  for (const [, name, body] of text.matchAll(/^struct (\S+) : public module \{\n([\s\S]*?)^\};/gm))
    classes.set(name, { ...readClass(body), debugEval: evals.get(name), debugInfo: infos.get(name) ?? "" });
  const members: Member[] = [];
  const outlined: string[] = [];
  listMembers("circuit", "", className);
  return { className, members, outlined, source: text.replace(debugInfo, emptyBody) };

  function listMembers(object: string, path: string, name: string): void {
    const here = classes.get(name)!;
    if (here.debugEval !== undefined) outlined.push(object);
    for (const { signal, address } of signalsOf(here, path))
      members.push({ signal, address: `&${object}.${address}` });
    const inner = /^\t(cell_\w+)\.debug_info\(items, scopes, path \+ "([^"]*) "/gm;
    for (const [, cell, instance] of here.debugInfo.matchAll(inner))
      listMembers(`${object}.${cell}`, `${path}${instance} `, here.cells.get(cell)!);
  }
}

const emptyBody = (whole: string): string => `${whole.slice(0, whole.indexOf("{"))}{}`;

function readClass(body: string): Pick<Class, "declared" | "cells"> {
  const declared = new Map<string, Declared>();
  const signal = /^\t(?:\/\*\w+\*\/ )?(value|wire|memory)<(\d+)> (\w+)(?: \{ (\d+)u \})?/gm;
  for (const [, kind, width, member, depth] of body.matchAll(signal))
    declared.set(member, {
      kind: kind as Declared["kind"],
      width: Number(width),
      ...(depth && { depth: Number(depth) }),
    });
  const cells = new Map<string, string>();
  for (const [, type, cell] of body.matchAll(/^\t(\w+) (cell_\w+) \{/gm)) cells.set(cell, type);
  return { declared, cells };
}

function* signalsOf({ declared, debugInfo, debugEval = "" }: Class, path: string): Generator<Member> {
  const item = /^\t\titems->add\(path, "([^"]*)", "(?:[^"\\]|\\.)*", (.*)\);$/gm;
  for (const [, name, rest] of debugInfo.matchAll(item)) {
    const member = /\b((?:memory_)?[pi]_\w+)/.exec(rest)?.[1] ?? "";
    const found = declared.get(member);
    if (!found || name.includes("$")) continue;
    // a wire between two instances is listed, but nothing gives it a value: it is seen as their port
    if (rest.startsWith("debug_eval_outline") && !new RegExp(`\\b${member}\\b`).test(debugEval)) continue;
    const { kind, width, depth } = found;
    const direction = path === "" ? directionOf(name, rest) : undefined;
    yield {
      signal: {
        name: `${path}${name}`.replaceAll(" ", "."),
        width,
        ...(depth !== undefined && { depth }),
        ...(direction && { direction }),
        ...(rest.includes("::DRIVEN_SYNC") && { register: true }),
      },
      address: `${member}${placeOfValue[kind]}`,
    };
  }
}

/** Direction of a port of the top module, where an item of its `debug_info` is one; a name with a space is in an instance. */
function directionOf(name: string, rest: string): "in" | "out" | undefined {
  if (name.includes(" ")) return undefined;
  return /::(IN|OUT)PUT/.exec(rest)?.[1].toLowerCase() as "in" | "out" | undefined;
}

/** Where a member has its value. */
const placeOfValue: Readonly<Record<Declared["kind"], string>> = {
  value: "",
  wire: ".curr",
  memory: ".data",
};
