/**
 * The C++ that `write_cxxrtl` wrote, with instances that rest: one whose inputs are as they were, and whose registers and
 * wires the last evaluation left as they were, is not evaluated again. Edges of its clock are none to one that rests: where
 * a rising one left all as it was, the next one would. `generation` is a variable of that name: when it changes, nobody
 * rests, as a memory may have been changed from outside. The top module never rests.
 */
export function restingInstances(source: string, top: string): string {
  const names: string[] = [];
  const declared = source.replace(
    /^struct (\S+) : public module \{\n[\s\S]*?^\};/gm,
    (text: string, name: string) => {
      if (name === top) return text;
      names.push(name);
      return restingClass(text);
    },
  );
  const definition = (name: string, method: string) => `bool ${name}::${method}(performer *performer) {`;
  return names.reduce(
    (text, name) => text.replace(definition(name, "eval"), definition(name, "evaluate")),
    declared,
  );
}

function restingClass(text: string): string {
  const clocks = Array.from(text.matchAll(/^\tvalue<1> prev_(\w+);/gm), ([, clock]) => clock);
  const inputs = Array.from(text.matchAll(/^\t\/\*input\*\/ (value<\d+>) (\w+)/gm), ([, type, name]) => ({
    type,
    name,
  })).filter(({ name }) => !clocks.includes(name));
  const same = [
    "seen == generation",
    ...clocks.map((clock) => `!posedge_${clock}()`),
    ...inputs.map(({ name }) => `${name} == was_${name}`),
  ].join(" && ");
  return text
    .replace(
      "\tbool eval(performer *performer = nullptr) override;",
      `${inputs.map(({ type, name }) => `\t${type} was_${name};`).join("\n")}
	bool rests = false;
	uint32_t seen = 0;
	bool eval(performer *performer = nullptr) override {
		if (rests && ${same}) return true;
		rests = false;
		seen = generation;
		${inputs.map(({ name }) => `was_${name} = ${name};`).join(" ")}
		return evaluate(performer);
	}
	bool evaluate(performer *performer);`,
    )
    .replace("\t\tbool changed = false;", "\t\tif (rests) return false;\n\t\tbool changed = false;")
    .replace("\t\treturn changed;", "\t\trests = !changed;\n\t\treturn changed;");
}
