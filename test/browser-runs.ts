import {
  arraySource,
  fast,
  networks,
  readNpz,
  readTraceFile,
  reportCsv,
  reportFigures,
  reportJson,
  reportText,
  runTrace,
  select,
  syntheticTrace,
} from "swg-sim/browser";

// what test/browser.long.test.ts runs twice: in Node, and bundled in a browser

const machines = () => ["swg", "trainware", "dense"].map((name) => select(name));

/** A whole network on made-up zeros, its report in every form that needs no files, and its figures. */
export function wholeNetwork() {
  const report = runTrace(syntheticTrace("vgg8", 1, 1), machines(), fast);
  const figures = reportFigures(report).map(({ name, svg }) => [name, svg]);
  return {
    layers: networks.vgg8.layers(1).length,
    texts: { json: reportJson(report), csv: reportCsv(report), text: reportText(report) },
    figures: Object.fromEntries(figures) as Record<string, string>,
  };
}

/** A trace from the bytes of a file, in base64: safetensors or .npz. */
export function fromBytes(name: string, base64: string): string {
  const source = arraySource(
    name,
    Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)),
  );
  const { steps } = name.endsWith(".npz") ? readNpz(source) : readTraceFile(source);
  return reportJson(runTrace(steps[0], machines(), fast));
}

/** What is said of bytes that are no trace. */
export function notATrace(): string {
  try {
    readTraceFile(arraySource("none", new Uint8Array(100)));
    return "nothing";
  } catch (error) {
    return String(error);
  }
}
