/** Yosys's text of one module. */
export interface RtlilModule {
  /** with the parameters that it was made for: `$paramod$4967...\multiplier` */
  readonly name: string;
  readonly text: string;
  /** inner modules, and how often each is there */
  readonly inner: ReadonlyMap<string, number>;
}

/** `$paramod$4967...\multiplier` and `$paramod\adder\FORMAT=s32'...` are `multiplier` and `adder`. */
export const plainName = (name: string): string =>
  name.replace(/^\\/, "").replace(/^\$paramod[^\\]*\\([^\\]+).*$/, "$1");

/** The modules of what `write_rtlil` wrote, by name. */
export function rtlilModules(rtlil: string): ReadonlyMap<string, RtlilModule> {
  const texts = rtlil.match(/^(attribute .*\n)*module [\s\S]*?^end$/gm) ?? [];
  const names = texts.map((text) => /^module (\S+)/m.exec(text)![1]);
  const known = new Set(names);
  return new Map(
    texts.map((text, i): [string, RtlilModule] => {
      const inner = new Map<string, number>();
      for (const [, type] of text.matchAll(/^ {2}cell (\S+) /gm))
        if (known.has(type)) inner.set(type, (inner.get(type) ?? 0) + 1);
      return [names[i], { name: names[i], text: renumbered(text), inner }];
    }),
  );
}

/** A module as a design of its own: those in it are boxes with ports. */
export function alone(module: RtlilModule, modules: ReadonlyMap<string, RtlilModule>): string {
  const boxes = Array.from(module.inner.keys(), (name) => {
    const { text } = modules.get(name)!;
    const lines = text.match(/^module .*|^ {2}wire .*\b(input|output) .*|^end$/gm)!;
    return ["attribute \\blackbox 1", ...lines].join("\n");
  });
  return ["autoidx 1000000", ...boxes, module.text, ""].join("\n");
}

/** Yosys numbers its own names through the whole design; in order of the module, they do not depend on other modules. */
function renumbered(text: string): string {
  const numbers = new Map<string, number>();
  return text.replace(/\$\d+(?![0-9A-Za-z])/g, (name) => {
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    return `$${numbers.get(name)}`;
  });
}
