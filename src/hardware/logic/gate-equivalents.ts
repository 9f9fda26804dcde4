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
