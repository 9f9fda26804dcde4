/**
 * A bit moved a mm over wires (assumed, D41), pJ at 0.9 V: 310 pJ for 256 random bits over 10 mm at 40 nm, Keckler et al., IEEE Micro
 * 31(5), 2011, table 1, as quoted by others. The capacitance of a mm hardly depends on the node: derived for each node
 * by the square of the voltage.
 */
const wirePjPerBitMm = 310 / (256 * 10);

export const wireEnergy = (voltage: number): number => wirePjPerBitMm * (voltage / 0.9) ** 2;
