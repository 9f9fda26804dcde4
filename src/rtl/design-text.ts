import { readFileSync } from "node:fs";

/** The SystemVerilog of SWG's blocks: each file holds the module of its name. Nothing joins them to a whole machine yet. */
export const blockFiles = [
  "primitives/next_one.sv",
  "primitives/count_ones.sv",
  "primitives/memory_1r1w.sv",
  "processing-element/multiplier.sv",
  "processing-element/adder.sv",
  "processing-element/mac.sv",
  "valid-data-trace/list_reader.sv",
  "valid-data-trace/window_look.sv",
  "valid-data-trace/trace_pace.sv",
  "valid-data-trace/trace.sv",
  "balancer/job_choice.sv",
  "column/pe_switch.sv",
  "buffer/list_writer.sv",
  "buffer/chunk_writer.sv",
  "buffer/column_room.sv",
  "buffer/list_request.sv",
  "buffer/chunk_request.sv",
  "drain/drain_tap.sv",
  "drain/to_bf16.sv",
  "drain/drain_lane.sv",
  "drain/drain_control.sv",
  "drain/finished_sums.sv",
  "drain/team_drain.sv",
  "processing-element/processing_element.sv",
  "column/column.sv",
  "array/column_array.sv",
] as const;

/** The text of a file of SystemVerilog under `hardware/`. */
export const designText = (file: string): string =>
  readFileSync(new URL(`../hardware/${file}`, import.meta.url), "utf8");
