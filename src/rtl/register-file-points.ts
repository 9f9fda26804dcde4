import type { RegisterFilePoint } from "../hardware/logic/register-file.ts";
import { designText } from "./design-text.ts";
import { synthesise } from "./synthesis.ts";

/** The point with the gate equivalents that synthesis gives now. */
export async function synthesisedRegisterFile({
  words,
  width,
  reads,
  writes,
}: RegisterFilePoint): Promise<RegisterFilePoint> {
  const files = { "register_file.sv": designText("baseline-blocks/register_file.sv") };
  const parameters = { WORDS: words, WIDTH: width, READ_PORTS: reads, WRITE_PORTS: writes };
  const { modules } = await synthesise(files, "register_file", { parameters });
  const [{ logicGateEquivalents, flipFlopGateEquivalents }] = modules;
  return {
    words,
    width,
    reads,
    writes,
    logic: Math.round(logicGateEquivalents),
    flipFlops: Math.round(flipFlopGateEquivalents),
  };
}
