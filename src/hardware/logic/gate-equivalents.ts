/**
 * Area of the gates that synthesis maps to, in gate equivalents: 1 is a NAND of two inputs. The ratios are those of the
 * smallest cells of the NanGate 45 nm Open Cell Library, as recalled (D51).
 */
export const gateEquivalents: Readonly<Record<string, number>> = {
  $_NOT_: 0.67,
  $_BUF_: 1,
  $_NAND_: 1,
  $_NOR_: 1,
  $_AND_: 1.33,
  $_OR_: 1.33,
  $_XOR_: 2,
  $_XNOR_: 2,
  $_MUX_: 2.33,
  $_AOI3_: 1.33,
  $_OAI3_: 1.33,
};

/** A flip-flop without enable and reset; those are gates before it. */
export const flipFlop = "$_DFF_P_";
export const flipFlopGateEquivalents = 5.67;

/** A latch, DLH_X1 of the same library by its LEF file (1.9 x 1.4 um). */
export const latchGateEquivalents = 3.33;

/**
 * What stops the clock of flip-flops that share an enable: a latch and an AND in one cell, CLKGATE_X2 of the same library, by
 * the size in its LEF file (2.66 x 1.4 um). One for each `most` flip-flops, whose clock pins are half of what it may drive.
 * Fewer than `least` have a multiplexer each and are clocked always, as synthesis tools do it by default (D57).
 */
export const clockGate = { gateEquivalents: 4.67, least: 3, most: 64 } as const;

/** Clock gates of so many flip-flops with one enable. */
export const clockGatesOf = (flipFlops: number): number =>
  flipFlops < clockGate.least ? 0 : Math.ceil(flipFlops / clockGate.most);
