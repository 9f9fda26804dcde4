import type { ArraySimulator } from "./check.ts";
import type { Circuit } from "./circuit.ts";
import type { Stimulus } from "./stimulus.ts";

/** A circuit as benches see it. It goes on from where the run before left it: benches begin with a reset. */
export function circuitSimulator(circuit: Circuit): ArraySimulator {
  const { ports } = circuit;
  const inputs = ports.filter(({ direction }) => direction === "in");
  const outputs = ports.filter(({ direction }) => direction === "out");
  const places = inputs.flatMap(({ words }) => Array.from(words, (_, at) => ({ words, at })));
  const outputWords = outputs.reduce((sum, { words }) => sum + words.length, 0);
  return {
    ports,
    run({ changes }: Stimulus) {
      for (const { words } of inputs) words.fill(0);
      const record = new Uint32Array(changes.length * outputWords);
      let to = 0;
      for (const changed of changes) {
        for (let i = 0; i < changed.length; i += 2) {
          const { words, at } = places[changed[i]];
          words[at] = changed[i + 1];
        }
        circuit.settle();
        for (const { words } of outputs) {
          record.set(words, to);
          to += words.length;
        }
        circuit.tick();
      }
      return record;
    },
  };
}
