import { connect, network } from "./network.ts";

const units = 650;
const words = 10_000;
const steps = 35;

export const lstm = network(
  {
    title: "LSTM language model",
    source:
      "Zaremba et al., arXiv 1409.2329, the medium model for Penn Treebank: 2 x 650 units, 35 steps, 10,000 words; the embedding has no multiplications",
    input: [steps, units],
  },
  (batch) => {
    const maps = { N: batch * steps, C: units, H: 1, W: 1 };
    const weights = [0, 1].flatMap((l) => [`rnn.weight_ih_l${l}`, `rnn.weight_hh_l${l}`]);
    return [...weights.map((name) => connect(name, maps, 4 * units)), connect("decoder", maps, words)];
  },
);
