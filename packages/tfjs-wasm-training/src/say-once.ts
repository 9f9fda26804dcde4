const said = new Set<string>();

/** Says a sentence on the console, the first time only. */
export function sayOnce(sentence: string): void {
  if (said.has(sentence)) return;
  said.add(sentence);
  console.info(`tfjs-wasm-training: ${sentence}`);
}
