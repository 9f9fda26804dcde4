/**
 * The module that esbuild wrote as a script whose value is `tfjsWasmTraining`: byte for byte the same but for what it imports,
 * which is of global objects, and what it exports. `bytes` is the literal that it imports from wasm.js.
 */
export function asScript(code, bytes) {
  let parameter;
  let exported = false;
  const body = code
    .replace(/import"@tensorflow\/[^"]+";/g, "")
    .replace(/import\{kernelsBytes as ([\w$]+)\}from"\.\/wasm\.js";/, (_, name) => {
      parameter = name;
      return "";
    })
    .replace(/import\{([^}]*)\}from"(@tensorflow\/[^"]+)";/g, (_, names, from) => {
      const object = from.endsWith("backend-wasm") ? "tf.wasm" : "tf";
      return `const{${names.replaceAll(" as ", ":")}}=${object};`;
    })
    .replace(/export\{([^}]*)\};\s*$/, (_, names) => {
      exported = true;
      const pairs = names.split(",").map((pair) => pair.split(" as ").reverse().join(":"));
      return `return{${pairs.join(",")}}`;
    });
  if (parameter === undefined || !exported || /\b(import|export)[{"*]/.test(body))
    throw new Error("esbuild's output has other imports and exports than this script knows");
  return `var tfjsWasmTraining=(${parameter}=>{${body}})(${bytes});\n`;
}
