import type { NetworkName } from "./networks.ts";

/** What is trained to be compared: so few pictures that the cpu backend does it in a minute. */
export const comparedTraining = { side: 16, batch: 2, steps: 5 };

/** The losses of TensorFlow.js's cpu backend, step by step: `npm run test:long -- losses` computes them again. */
export const cpuLosses: Readonly<Record<NetworkName, readonly number[]>> = {
  small: [2.2631869316101074, 2.243284225463867, 2.2069931030273438, 2.157766103744507, 2.0974230766296387],
  mobile: [
    2.338435649871826, 1.6156251430511475, 1.0194982290267944, 0.5911660194396973, 0.32050108909606934,
  ],
  resnet20: [
    2.1378493309020996, 1.255230188369751, 0.5083953142166138, 0.08096572756767273, 0.02814667671918869,
  ],
};
