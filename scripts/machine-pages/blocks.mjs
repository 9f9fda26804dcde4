import { readFileSync } from "node:fs";
import { join } from "node:path";
import { swgParameters } from "../../dist/hardware/parameters.js";
import { defaults } from "../../dist/parameter.js";
import { columnParameters } from "../../dist/rtl/design-parameters.js";
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
work together, [the rules](design.md#the-rules) when.* Widths are in bits, in the default
machine: 16 columns of 8 PEs of two traces. Parameters of the modules have defaults of their own. Clock and reset are left out.
`;

const machine = defaults(swgParameters);
const sizes = { COLUMNS: machine.columns, ...columnParameters(machine) };

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
  const own = Object.entries(sizes).filter(([name]) => source.includes(`parameter int ${name} =`));
  const rows = modulePorts(source, Object.fromEntries(own))
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
