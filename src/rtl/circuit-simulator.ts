import type { ArraySimulator } from "./check.ts";
import type { Circuit } from "./circuit.ts";
import { Recorder } from "./recorder.ts";
import type { Stimulus } from "./stimulus.ts";

/** Cycles before a difference that its waveform shows, and after it. */
const [before, after] = [32, 8];

/** Puts what changes in each cycle on a circuit's inputs, which are 0 at first, and lets them take effect. */
function* driven(circuit: Circuit, { changes }: Stimulus): Generator<number> {
  const inputs = circuit.ports.filter(({ direction }) => direction === "in");
  const places = inputs.flatMap(({ words }) => Array.from(words, (_, at) => ({ words, at })));
  for (const { words } of inputs) words.fill(0);
  for (const [cycle, changed] of changes.entries()) {
    for (let i = 0; i < changed.length; i += 2) {
      const { words, at } = places[changed[i]];
      words[at] = changed[i + 1];
    }
    circuit.settle();
    yield cycle;
  }
}

/** A circuit as benches see it. It goes on from where the run before left it: benches begin with a reset. */
export function circuitSimulator(circuit: Circuit): ArraySimulator {
  const { ports } = circuit;
  const outputs = ports.filter(({ direction }) => direction === "out");
  const outputWords = outputs.reduce((sum, { words }) => sum + words.length, 0);
  return {
    ports,
    run(stimulus) {
      const record = new Uint32Array(stimulus.changes.length * outputWords);
      let to = 0;
      for (const _ of driven(circuit, stimulus)) {
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

/** The cycles around one cycle of a run as a VCD. */
export function waveform(circuit: Circuit, stimulus: Stimulus, around: number): string {
  const recorder = new Recorder(circuit, before + after);
  for (const cycle of driven(circuit, stimulus)) {
    if (cycle === around + after) break;
    if (cycle < around - before) circuit.tick();
    else recorder.tick();
  }
  return recorder.vcd();
}
