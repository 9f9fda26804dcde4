/**
 * The C++ that `write_cxxrtl` wrote, with instances that rest: one whose inputs are as they were, and whose registers the
 * last evaluation left as they were, is not evaluated again. An instance without instances in it rests through falling
 * edges of its clocks, too. `generation` is a variable of that name: when it changes, nobody rests, as something else may
 * have changed a memory. The top module never rests.
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
  return names.reduce(
    (text, name) =>
      text.replace(
        `bool ${name}::eval(performer *performer) {`,
        `bool ${name}::evaluate(performer *performer) {`,
      ),
    declared,
  );
}

function restingClass(text: string): string {
  const clocks = Array.from(text.matchAll(/^\tvalue<1> prev_(\w+);/gm), ([, clock]) => clock);
  const leaf = !/^\t\w+ cell_\w+ \{/m.test(text);
  const inputs = Array.from(text.matchAll(/^\t\/\*input\*\/ (value<\d+>) (\w+)/gm), ([, type, name]) => ({
    type,
    name,
  })).filter(({ name }) => !(leaf && clocks.includes(name)));
  const same = [
    ...inputs.map(({ name }) => `${name} == was_${name}`),
    ...(leaf ? clocks.map((clock) => `!posedge_${clock}()`) : []),
  ];
  const edges = clocks.map((clock) => `prev_${clock} = ${clock};`).join(" ");
  return text
    .replace(
      "\tbool eval(performer *performer = nullptr) override;",
      `${inputs.map(({ type, name }) => `\t${type} was_${name};`).join("\n")}
	bool rests = false;
	uint32_t seen = 0;
	bool eval(performer *performer = nullptr) override {
		if (rests && seen == generation && ${same.join(" && ")}) return true;
		rests = false;
		seen = generation;
		${inputs.map(({ name }) => `was_${name} = ${name};`).join(" ")}
		return evaluate(performer);
	}
	bool evaluate(performer *performer);`,
    )
    .replace(
      "\t\tbool changed = false;",
      `\t\tif (rests) { ${edges} return false; }\n\t\tbool changed = false;`,
    )
    .replace("\t\treturn changed;", "\t\trests = !changed;\n\t\treturn changed;");
}
