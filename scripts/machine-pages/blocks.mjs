import { readFileSync } from "node:fs";
import { join } from "node:path";
import { modulePorts } from "../../dist/rtl/written/module-header.js";

/** The blocks that have SystemVerilog, from the array inwards, then what stands around a column. */
const blocks = [
  "array/column_array",
  "column/column",
  "processing-element/processing_element",
  "valid-data-trace/trace",
  "balancer/job_choice",
  "column/pe_switch",
  "processing-element/mac",
  "buffer/chunk_writer",
  "buffer/list_writer",
  "buffer/column_room",
  "buffer/list_request",
  "buffer/chunk_request",
  "drain/drain_tap",
  "drain/drain_lane",
  "drain/drain_control",
  "drain/finished_sums",
  "drain/team_drain",
];

const introduction = `# The blocks and their ports

*Written by \`npm run docs:machine\` from the headers of the SystemVerilog in src/hardware. [The machine](machine.md) says how they
work together, [the rules](design.md#the-rules) when.* Widths are in bits, at the default sizes. Clock and reset are left out.
`;

/** A page with a section for each block: what its header promises, and its ports. */
export const blockPage = (folder) =>
  [
    introduction,
    ...blocks.map((block) => section(block, readFileSync(join(folder, `${block}.sv`), "utf8"))),
  ].join("\n");

function section(block, source) {
  const about = source
    .slice(0, source.search(/^module /m))
    .replaceAll(/^\/\/ ?/gm, "")
    .trim();
  const rows = modulePorts(source, {})
    .filter(({ name }) => name !== "clock" && name !== "reset")
    .map(({ name, direction, width, about }) => `| \`${name}\` | ${direction} | ${width} | ${about} |`);
  const head = ["| port | | bits | |", "| --- | --- | --- | --- |"];
  return [
    `## ${block.split("/")[1]}`,
    "",
    `\`src/hardware/${block}.sv\``,
    "",
    about,
    "",
    ...head,
    ...rows,
    "",
  ].join("\n");
}
