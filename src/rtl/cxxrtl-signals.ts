/** A signal or memory of a circuit, by its hierarchical name. */
export interface Signal {
  /** names of instances and of the signal, joined by dots: `column.pe[3].pairs` */
  readonly name: string;
  /** bits of the signal, or of one word of the memory */
  readonly width: number;
  /** words of a memory; undefined for a signal */
  readonly depth?: number;
  readonly direction?: "in" | "out";
  /** a register: keeps its value from one clock edge to the next */
  readonly register?: boolean;
}

/** A signal, and where it lies in the C++ object. */
interface Member {
  readonly signal: Signal;
  /** C++ expression of its address; of a memory, of the pointer to its first word */
  readonly address: string;
}

/** What is known of the C++ that `write_cxxrtl -g4` wrote for one flattened module. */
export interface CxxrtlModule {
  /** name of the C++ class */
  readonly className: string;
  readonly members: readonly Member[];
  /** the same C++ without its table of names, which costs seconds to compile */
  readonly source: string;
}

/**
 * Reads the signals from the C++: their widths from the class, their names from the body of `debug_info`, which is then
 * left out. Constants are not listed.
 */
export function readCxxrtl(text: string): CxxrtlModule {
  const className = /^struct (\S+) : public module \{/m.exec(text)?.[1];
  if (!className) throw new Error("cxxrtl: no module in what Yosys wrote");
  const declared = new Map<string, { kind: string; width: number; depth?: number }>();
  const declaration = /^\t(?:\/\*\w+\*\/ )?(value|wire|memory)<(\d+)> (\w+)(?: \{ (\d+)u \})?/gm;
  for (const [, kind, width, member, depth] of text.matchAll(declaration))
    declared.set(member, { kind, width: Number(width), ...(depth && { depth: Number(depth) }) });

  const members: Member[] = [];
  const item = /^\t\titems->add\(path, "([^"]*)", "(?:[^"\\]|\\.)*", (.*)\);$/gm;
  for (const [, name, rest] of text.matchAll(item)) {
    const member = /\b((?:memory_)?[pi]_\w+)/.exec(rest)?.[1];
    const found = member && declared.get(member);
    // a $ is in the names that Yosys makes up
    if (!found || name.includes("$")) continue;
    const { kind, width, depth } = found;
    const own = !/^debug_(alias|eval_outline)/.test(rest);
    const top = own && !name.includes(" ");
    const direction = !top
      ? undefined
      : /::INPUT/.test(rest)
        ? "in"
        : /::OUTPUT/.test(rest)
          ? "out"
          : undefined;
    members.push({
      signal: {
        name: name.replaceAll(" ", "."),
        width,
        ...(depth !== undefined && { depth }),
        ...(direction && { direction }),
        ...(own && kind === "wire" && { register: true }),
      },
      address: `&${member}${kind === "wire" ? ".curr" : kind === "memory" ? ".data" : ""}`,
    });
  }
  const source = text.replace(/^(void \S+::debug_info\([^\n]*\) \{)\n[\s\S]*?^\}/m, "$1 }");
  return { className, members, source };
}
