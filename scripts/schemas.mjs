// Writes the JSON schemas of what the program prints for programs, from the types of it:
//
//   npm run schemas               writes schemas/
//   npm run schemas -- --check    ends with 1 where one is not what its type says today

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createGenerator } from "ts-json-schema-generator";

const inRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const manifest = JSON.parse(readFileSync(inRoot("package.json"), "utf8"));

/** Each document by the name of its schema, and its type. Types are read as they were built: there all are spelled out. */
const documents = {
  report: { file: "report/report", type: "Report" },
  steps: { file: "sweep/drift", type: "StepsReport" },
  sweep: { file: "sweep/sweep", type: "Sweep" },
  exploration: { file: "sweep/exploration", type: "Exploration" },
  cost: { file: "sweep/training-cost", type: "TrainingCost" },
  synthesis: { file: "rtl/synthesis-text", type: "SynthesisDocument" },
};

/** A type as others call it: `ByPhase<LayerResult>` is `ByPhaseOfLayerResult`. */
const plain = (name) => name.replaceAll(/<(.*)>/g, "Of$1");

/** The same schema with plain names of definitions, which need no escapes in references. */
function withPlainNames(value) {
  if (Array.isArray(value)) return value.map(withPlainNames);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    plain(key),
    key === "$ref" ? plain(inner) : withPlainNames(inner),
  ]);
  return Object.fromEntries(entries);
}

function schemaText(name, { file, type }) {
  const generator = createGenerator({
    path: inRoot(`dist/${file}.d.ts`),
    tsconfig: inRoot("tsconfig.json"),
    type,
    expose: "export",
    topRef: false,
    encodeRefs: false,
    skipTypeCheck: true,
  });
  const { $schema, ...schema } = withPlainNames(generator.createSchema(type));
  const title = `${name}, schemaVersion ${schema.properties.schemaVersion.const}`;
  const head = { $schema, $id: `${manifest.name}/schemas/${name}.json`, title };
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`;
}

mkdirSync(inRoot("schemas"), { recursive: true });
for (const [name, document] of Object.entries(documents)) {
  const path = inRoot(`schemas/${name}.json`);
  const text = schemaText(name, document);
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  if (process.argv.includes("--check")) {
    console.error(`schemas/${name}.json is not what its type says: npm run schemas`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, text);
    console.log(`wrote schemas/${name}.json`);
  }
}
