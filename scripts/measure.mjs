// Measures the tables of MEASUREMENTS.md and README.md again and writes them in their place, and docs/pe-cycles.svg:
//
//   npm run measure -- TRACES      the folder with the three real traces
//
// A table stands between `<!-- measure: NAME -->` and `<!-- /measure -->`. What prose says of figures is printed at the end.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import swgMachine from "../dist/accelerators/swg.js";
import { comparedWithPublished } from "../dist/energy/toggle-energy.js";
import { Engine } from "../dist/kernel/engine.js";
import { engineCounts } from "../dist/kernel/engine-counts.js";
import { runMapping } from "../dist/kernel/engine-run.js";
import { fastMapping } from "../dist/kernel/wasm.js";
import { defaults } from "../dist/parameter.js";
import { seededRandom } from "../dist/random.js";
import { ablationTables } from "../dist/report/ablation-table.js";
import { allOf, grouped, percent, threeDigits, times } from "../dist/report/format.js";
import { plainTable } from "../dist/report/plain-table.js";
import { standing } from "../dist/report/standing.js";
import { together, yardsticks } from "../dist/report/yardsticks.js";
import { openTrace } from "../dist/trace/file.js";
import { countOnes, occupancy } from "../dist/trace/occupancy.js";

const inRoot = (...path) => fileURLToPath(new URL(join("..", ...path), import.meta.url));
const sum = (numbers) => numbers.reduce((total, n) => total + n, 0);
const range = (numbers) => [Math.min(...numbers), Math.max(...numbers)].map((n) => n.toFixed(2)).join(" to ");

const names = {
  swg: "SWG",
  sparsetrain: "SparseTrain",
  lnpu: "LNPU",
  ant: "ANT",
  procrustes: "Procrustes",
  tensordash: "TensorDash",
  sparten: "SparTen",
  structured: "structured masks",
  "outer-product": "outer product",
  trainware: "TrainWare",
  dense: "dense, memory takes no time",
};
const withPorts = Object.keys(names).filter((name) => name !== "dense");
const others = withPorts.filter((name) => name !== "swg");
const all = ["--accelerators", Object.keys(names).join()];
const unlimited = (machines) => [
  "--accelerators",
  machines.join(),
  ...machines.flatMap((name) => ["--set", `${name}.unlimitedPorts=true`]),
];
/** The machines that compute every phase. */
const stepMachines = {
  "lnpu-swg": "LNPU with SWG",
  lnpu: "LNPU",
  sparsetrain: "SparseTrain",
  procrustes: "Procrustes",
  tensordash: "TensorDash",
  ant: "ANT",
  "outer-product": "outer product",
  trainware: "TrainWare",
  dense: "dense, memory takes no time",
};
const phases = ["--accelerators", Object.keys(stepMachines).join(), "--phases", "ff,bp,wg"];
/** in the format that LNPU's chip was measured in */
const asMeasured = ["--set", "lnpu.format=fp8", "--set", "lnpu-swg.format=fp8"];
const asChip = ["--accelerators", "lnpu,lnpu-swg", "--phases", "ff,bp,wg", ...asMeasured];

const known = new Map();
/** The report of `swg run` with these flags. */
function run(...flags) {
  const line = flags.join(" ");
  if (!known.has(line)) {
    const args = [inRoot("dist/cli/main.js"), "run", ...flags, "--format", "json"];
    const stdio = ["ignore", "pipe", "inherit"];
    known.set(line, JSON.parse(execFileSync(process.execPath, args, { stdio, maxBuffer: 2 ** 28 })));
  }
  return known.get(line);
}

function traceOf(name, folder, file) {
  const path = join(folder, `${file}.safetensors`);
  if (!existsSync(path)) throw new Error(`folder of traces must hold ${file}.safetensors, got ${folder}`);
  return { name, path, flags: ["--trace", path] };
}

const tableOf = (head, rows) =>
  [head, [], ...rows]
    .map((cells) => (cells.length > 0 ? cells : head.map(() => "---")))
    .map((cells) => `| ${cells.join(" | ")} |`.replaceAll("|  |", "| |"))
    .join("\n");

/** What the machine reaches on a trace, cell by cell. */
function reached({ flags }) {
  const { totals } = run(...flags, ...all);
  const { cycles, macUtilization, speedupOver } = totals.results.swg;
  const free = run(...flags, ...unlimited(["swg"]));
  return {
    ideal: times(totals.denseMacs / totals.validMacs),
    bound: grouped(totals.boundCycles),
    cycles: grouped(cycles),
    ofBound: (cycles / totals.boundCycles).toFixed(2),
    use: percent(macUtilization),
    freeUse: percent(free.totals.results.swg.macUtilization),
    lowestUse: percent(Math.min(...free.layers.map(({ results }) => results.swg.macUtilization))),
    overTrainware: times(speedupOver.trainware),
  };
}

function bound(traces) {
  const head = ["trace", "ideal", "bound, cycles", "SWG, cycles", "cycles / bound", "MAC utilisation"];
  return tableOf(
    [...head, "without port limits", "its lowest layer", "over TrainWare"],
    traces.map((trace) => [trace.name, ...Object.values(reached(trace))]),
  );
}

/** What a newcomer sees first: cycles with the area and the energy that they cost, of SWG and of a machine of each other kind. */
function readmeResults(traces) {
  const reports = traces.map(({ flags }) => run(...flags, ...all));
  const rows = ["swg", "sparsetrain", "lnpu", "trainware"].map((machine) => [
    machine === "trainware" ? "TrainWare, which skips nothing" : names[machine],
    threeDigits(reports[0].machines[machine].areaMm2.total),
    ...reports.flatMap(({ totals }) => [
      grouped(totals.results[machine].cycles),
      onChipAndWhole(totals.results[machine], totals),
    ]),
  ]);
  const bounds = reports.flatMap(({ totals }) => [grouped(totals.boundCycles), ""]);
  const columns = traces.flatMap(({ name }) => [`${name}: cycles`, "pJ a valid MAC"]);
  return tableOf(["machine", "mm2", ...columns], [...rows, ["the bound", "", ...bounds]]);
}

function machines(traces) {
  const cyclesIn = (flags) => traces.map((trace) => run(...trace.flags, ...flags).totals.results);
  const block = (flags, first) => {
    const columns = cyclesIn(flags);
    const beside =
      (name) =>
      ({ [name]: { cycles }, swg }) =>
        `${grouped(cycles)} (${times(cycles / swg.cycles)})`;
    return [
      [first, ...columns.map(({ swg }) => grouped(swg.cycles))],
      ...others.map((name) => [names[name], ...columns.map(beside(name))]),
    ];
  };
  const valid = traces.map(({ flags }) => grouped(run(...flags, ...all).totals.validMacs / 256));
  return tableOf(
    ["", ...traces.map(({ name }) => name)],
    [
      ["valid MACs / 256", ...valid],
      ...block(all, "SWG"),
      ...block(unlimited(withPorts), "*without port limits:* SWG"),
    ],
  );
}

function sparsetrain([vgg8]) {
  const layerOf = ({ layers }, wanted) => layers.find(({ name }) => name === wanted).results;
  const network = (name) => run("--network", name, "--batch", "4", "--accelerators", "swg,sparsetrain");
  const [alexnet, resnet18] = ["alexnet", "resnet18"].map(network);
  const rows = [
    ["vgg8, conv_13", layerOf(run(...vgg8.flags, ...all), "conv_13")],
    ["AlexNet, batch 4, made-up zeros", alexnet.totals.results],
    ["its first layer", alexnet.layers[0].results],
    ["ResNet-18, batch 4, made-up zeros", resnet18.totals.results],
  ];
  return tableOf(
    ["", "SparseTrain", "SWG"],
    rows.map(([name, { sparsetrain, swg }]) => [name, grouped(sparsetrain.cycles), grouped(swg.cycles)]),
  );
}

const phaseNames = ["ff", "bp", "wg"];
/** A row for each step and machine: what `cells` makes of the totals of its phases. */
const stepTable = (steps, machines, columns, cells, machineFlags = phases) =>
  tableOf(
    ["", "FF", "BP", "WG", columns],
    steps.flatMap(({ name, flags }) => {
      const { totals } = run(...flags, ...machineFlags);
      const ofMachine = (machine) => phaseNames.map((phase) => totals.phases[phase][machine]);
      return Object.keys(machines).map((machine, i) => [
        `${i === 0 ? `${name}: ` : ""}${machines[machine]}`,
        ...cells(ofMachine(machine), machine, totals),
      ]);
    }),
  );

const stepCycles = (steps) =>
  stepTable(steps, stepMachines, "together", (results) => {
    const cycles = results.map((result) => result.cycles);
    return [...cycles, sum(cycles)].map(grouped);
  });

const stepEnergy = (steps) =>
  stepTable(steps, stepMachines, "together", (results) => {
    const [onChip, whole] = ["onChipPj", "totalPj"].map((pj) => results.map(({ energy }) => energy[pj]));
    const cell = (...pj) => pj.map((n) => threeDigits(n / 1e6)).join(", ");
    return [...onChip.map((pj, i) => cell(pj, whole[i])), cell(sum(onChip), sum(whole))];
  });

/** Cycles, mm2 x cycles and pJ x cycles of whole steps, as so many times those of LNPU with SWG; and mm2. */
function stepYardsticks(steps) {
  const rows = steps.flatMap(({ name, flags }) => {
    const { totals, machines } = run(...flags, ...phases);
    const ofStep = (machine) => {
      const results = phaseNames.map((phase) => totals.phases[phase][machine]);
      const cycles = sum(results.map((result) => result.cycles));
      const pj = (kind) => sum(results.map(({ energy }) => energy[kind]));
      const mm2 = machines[machine].areaMm2.total;
      return [cycles, mm2 * cycles, cycles * pj("onChipPj"), cycles * pj("totalPj")];
    };
    const own = ofStep("lnpu-swg");
    return Object.keys(stepMachines).map((machine, i) => [
      `${i === 0 ? `${name}: ` : ""}${stepMachines[machine]}`,
      threeDigits(machines[machine].areaMm2.total),
      ...ofStep(machine).map((figure, at) => times(figure / own[at])),
    ]);
  });
  return tableOf(["whole step", "mm2", "cycles", "mm2 x cycles", "pJ x cycles, on chip", "with DRAM"], rows);
}

/** TOPS/W of LNPU's WG by the prices of SWG's, at the same voltage: what D33 holds its chip's own figure against. */
function lnpuByTables({ phases: { wg }, denseTopsPerWatt }) {
  const ofTables = (machine) => wg[machine].energy.denseEquivalentTopsPerWattOnChip;
  return (ofTables("lnpu") * denseTopsPerWatt["lnpu-swg"].wg) / ofTables("lnpu-swg");
}

const stepEfficiency = (steps) =>
  stepTable(
    steps,
    { lnpu: "LNPU", "lnpu-swg": "LNPU with SWG", tables: "LNPU's WG, priced as SWG's" },
    "step",
    (_, machine, totals) =>
      machine === "tables"
        ? ["", "", lnpuByTables(totals).toFixed(2), ""]
        : [...phaseNames, "step"].map((phase) => totals.denseTopsPerWatt[machine][phase].toFixed(2)),
    asChip,
  );

const ablation = (traces) =>
  traces
    .map(({ name, flags }) => {
      const { ablation } = run(...flags, "--accelerators", "swg", "--ablation");
      const text = ablationTables(ablation).map(plainTable).join("\n");
      return `### ${name}\n\n${text.trimEnd().replace(/^(?=.)/gm, "    ")}`;
    })
    .join("\n\n");

const sizeChanges = [
  "columns=16",
  "traces=1",
  "traces=3",
  "macs=1",
  "rows=16 macs=1 traces=2",
  "rows=16 macs=1 traces=1",
  "chunks=1",
  "chunks=3",
  "chunkWords=43",
  "rowWords=16",
  "listWords=32",
  "listAhead=4",
  "listAhead=16",
  "sums=256",
  "drainLanes=2",
  "globalBufferReadBytes=64",
];
function sizes(traces) {
  const masked = traces.slice(0, 2);
  const [defaults] = sizeChanges;
  const of = ({ flags }, set) => {
    const settings = set.split(" ").flatMap((one) => ["--set", `swg.${one}`]);
    const { totals, machines } = run(...flags, "--accelerators", "swg", ...settings);
    return { ...totals.results.swg, mm2: machines.swg.areaMm2.total };
  };
  const change = (now, before) => `${(100 * (now / before - 1)).toFixed(1)} %`;
  const rows = sizeChanges.map((set) => [
    set === defaults ? `\`${set}\` (the defaults)` : `\`${set}\``,
    of(masked[0], set).mm2.toFixed(1),
    ...masked.flatMap((trace) => {
      const [now, before] = [of(trace, set), of(trace, defaults)];
      const changes = [
        change(now.cycles, before.cycles),
        change(now.cycles * now.mm2, before.cycles * before.mm2),
      ];
      const [cycles, product] = set === defaults ? ["", ""] : changes;
      return [grouped(now.cycles), cycles, percent(now.macUtilization), product];
    }),
  ]);
  const columns = ({ name }) => [`${name}, cycles`, "change", "use", "mm2 x cycles"];
  return tableOf(["set", "mm2", ...masked.flatMap(columns)], rows);
}

const onChipAndWhole = ({ energy }, { validMacs }) =>
  [energy.onChipPj, energy.totalPj].map((pj) => threeDigits(pj / validMacs)).join(", ");

function energy(traces) {
  const at = (node) => traces.slice(0, node === "28" ? 1 : 3).map((trace) => ({ ...trace, node }));
  const head = ["trace", "node", "machine", "pJ a valid MAC", "effective TOPS/W"];
  const rows = [...at("65"), ...at("28")].flatMap(({ name, flags, node }) => {
    const { totals } = run(...flags, ...all, "--node", node);
    return ["swg", "trainware"].map((machine, i) => {
      const { energy } = totals.results[machine];
      const pair = (of) => [energy[`${of}OnChip`], energy[of]].map(threeDigits).join(", ");
      return [
        ...(i === 0 ? [name, `${node} nm`] : ["", ""]),
        names[machine],
        onChipAndWhole(totals.results[machine], totals),
        pair("effectiveTopsPerWatt"),
        pair("denseEquivalentTopsPerWatt"),
        machine === "swg" ? percent(energy.sparsityPj / energy.onChipPj) : "",
      ];
    });
  });
  return tableOf([...head, "dense-equivalent TOPS/W", "sparsity's share on chip"], rows);
}

const areaParts = {
  mac: "MACs",
  fmapBuffers: "fmap values",
  emapBuffers: "emap values",
  operandBuffers: "values of either",
  bitmaps: "bitmaps",
  accumulators: "accumulators",
  globalBuffer: "global buffer",
  interconnect: "interconnect and drain",
  validDataTrace: "valid-data trace",
  balancer: "balancer",
};
function area([vgg8]) {
  const rows = ["65", "28"].flatMap((node) =>
    ["swg", "trainware"].map((machine) => {
      const { parts, total } = run(...vgg8.flags, ...all, "--node", node).machines[machine].areaMm2;
      const cells = Object.keys(areaParts).map((part) => (parts[part] > 0 ? parts[part].toFixed(2) : ""));
      return [`${names[machine]}, ${node} nm`, ...cells, threeDigits(total)];
    }),
  );
  return tableOf(["mm2", ...Object.values(areaParts), "all"], rows);
}

const equalArea = (flags) => run(...flags, ...all, "--equal-area");

function equalSizes([vgg8]) {
  const [own, grown] = [run(...vgg8.flags, ...all), equalArea(vgg8.flags)];
  const rows = Object.keys(names).map((machine) => {
    const { areaMm2, longestWayGates, ownClockMhz } = own.machines[machine];
    return [
      names[machine],
      threeDigits(areaMm2.total),
      grouped(grown.totals.results[machine].macs),
      threeDigits(grown.machines[machine].areaMm2.total),
      grouped(longestWayGates),
      threeDigits(ownClockMhz),
    ];
  });
  const head = ["65 nm", "mm2 at 256 MACs", "MACs at equal area", "mm2", "gates in a cycle"];
  return tableOf([...head, "clock of its own, MHz"], rows);
}

function beside({ name, flags }) {
  const report = run(...flags, ...all);
  const { results } = report.totals;
  const bySpeed = Object.keys(names).sort((a, b) => results[a].cycles - results[b].cycles);
  const own = yardsticks(report, "swg");
  const ms = (machine) => results[machine].cycles / report.machines[machine].ownClockMhz;
  const cyclesAt = ({ totals }, machine) => totals.results[machine].cycles / totals.results.swg.cycles;
  const rows = ["swg", ...bySpeed.filter((machine) => machine !== "swg")].map((machine) => {
    const { areaCycles, energyCycles } = yardsticks(report, machine);
    return [
      names[machine],
      times(cyclesAt(report, machine)),
      times(areaCycles / own.areaCycles),
      times(energyCycles / own.energyCycles),
      times(ms(machine) / ms("swg")),
      times(cyclesAt(equalArea(flags), machine)),
      onChipAndWhole(results[machine], report.totals),
    ];
  });
  const columns = [
    "cycles, equal MACs",
    "mm2 x cycles",
    "pJ x cycles",
    "time, own clocks",
    "cycles, equal area",
  ];
  return tableOf([name, ...columns, "pJ a valid MAC on chip, with DRAM"], rows);
}

/** mm2 at 65 nm, pJ a valid MAC on chip on vgg8 and on resnet20. */
function charged([vgg8, , resnet20]) {
  const pj = ({ totals }, machine) => totals.results[machine].energy.onChipPj / totals.validMacs;
  const [sparse, denser] = [vgg8, resnet20].map(({ flags }) => run(...flags, ...all));
  const rows = Object.keys(names).map((machine) => [
    names[machine],
    threeDigits(sparse.machines[machine].areaMm2.total),
    threeDigits(pj(sparse, machine)),
    threeDigits(pj(denser, machine)),
  ]);
  return tableOf(["bf16, 65 nm", "mm2", "pJ, vgg8", "pJ, resnet20"], rows);
}

/** SWG and LNPU, each in both of the formats that LNPU's chip and the others compute in. */
function formats(traces) {
  const rows = ["bf16", "fp8"].flatMap((format) =>
    ["swg", "lnpu"].map((machine) => {
      const set = ["swg", "lnpu"].flatMap((name) => ["--set", `${name}.format=${format}`]);
      const cells = traces.map(({ flags }) => {
        const { totals } = run(...flags, "--accelerators", "swg,lnpu", ...set);
        const { cycles, energy } = totals.results[machine];
        return `${grouped(cycles)}; ${threeDigits(energy.onChipPj / totals.validMacs)}`;
      });
      const { areaMm2 } = run(...traces[0].flags, "--accelerators", "swg,lnpu", ...set).machines[machine];
      return [`${names[machine]}, ${format}`, threeDigits(areaMm2.total), ...cells];
    }),
  );
  return tableOf(["cycles; pJ a valid MAC on chip", "mm2", ...traces.map(({ name }) => name)], rows);
}

/** Where SWG stands, in the words of the report. */
const standings = (traces) =>
  traces
    .map(({ name, flags }) => {
      const report = run(...flags, ...all);
      const sentences = [...together(report, "swg").slice(1), ...standing(report, "swg")];
      const grown = standing(equalArea(flags), "swg")[0];
      const text = `- ${name}: ${sentences.join(" ")} At equal area: ${grown}`;
      return text.replace(/(?=.{119})(.{1,118}) /g, "$1\n  ");
    })
    .join("\n");

/** Our units by toggles beside published ones, at 45 nm and 0.9 V. */
const units = () =>
  tableOf(
    ["unit", "published, pJ", "by toggles, pJ", "by toggles / published", ""],
    comparedWithPublished().map(({ unit, format, fitted, publishedPj, byTogglesPj, ratio }) => [
      `${unit}, ${format}`,
      threeDigits(publishedPj),
      threeDigits(byTogglesPj),
      ratio.toFixed(2),
      fitted ? "fitted" : "",
    ]),
  );

/** SparseTrain's rows from its own memories, and through the port. */
function rows(traces) {
  const made = ["alexnet", "resnet18"].map((network) => ({
    name: `${network}, batch 4`,
    flags: ["--network", network, "--batch", "4"],
  }));
  return tableOf(
    ["", "local: cycles", "mm2", "port: cycles", "mm2", "local / port, mm2 x cycles"],
    [...traces, ...made].map(({ name, flags }) => {
      const [local, port] = ["local", "port"].map((choice) => {
        const report = run(...flags, "--accelerators", "sparsetrain", "--set", `sparsetrain.rows=${choice}`);
        const { cycles } = report.totals.results.sparsetrain;
        return { cycles, mm2: report.machines.sparsetrain.areaMm2.total };
      });
      return [
        name,
        ...[local, port].flatMap(({ cycles, mm2 }) => [grouped(cycles), threeDigits(mm2)]),
        ((local.mm2 * local.cycles) / (port.mm2 * port.cycles)).toFixed(2),
      ];
    }),
  );
}

/**
 * SWG's cycles on a trace if the mapping were chosen for independent zeros of the same densities, and the trace's own zeros
 * were run under it: what a host has that knows how many there are in each tensor, and nothing more.
 */
function mappedByDensity({ path }) {
  const trace = openTrace(path);
  const p = defaults(swgMachine.parameters);
  const random = seededRandom(1);
  const scattered = (flags) => {
    const density = countOnes(flags) / flags.length;
    return flags.map(() => (random.uniform() < density ? 1 : 0));
  };
  return sum(
    trace.layers.map(({ name }) => {
      const own = occupancy(trace.read(name));
      const mapping = fastMapping({ ...own, fmap: scattered(own.fmap), emap: scattered(own.emap) }, p);
      const engine = new Engine();
      engine.load(own);
      return runMapping(engine, engineCounts(engine, own), mapping, p).cycles;
    }),
  );
}

/** By how much SWG's cycles would grow if nothing overlapped with the bytes of masks on their way from DRAM. */
function maskTime({ totals: { results } }) {
  const { dramMbps, clockMhz } = defaults(swgMachine.parameters);
  const { cycles, events } = results.swg;
  return (events.dramMaskReadBytes * clockMhz) / dramMbps / cycles;
}

/** How far nine assumptions move conclusions; each a row of DEVIATIONS.md. */
function assumptions([vgg8, masked, resnet20]) {
  const resnet18 = ["--network", "resnet18", "--batch", "4"];
  const overTrainware = (...flags) =>
    times(run(...flags, "--accelerators", "swg,trainware").totals.results.swg.speedupOver.trainware);
  const swg = (...flags) => run(...flags, "--accelerators", "swg");
  const change = (now, before) => `${now >= before ? "+" : ""}${(100 * (now / before - 1)).toFixed(0)} %`;
  const cyclesOf = ({ totals }) => totals.results.swg.cycles;
  const cyclesBy = (trace, ...set) =>
    change(cyclesOf(swg(...trace.flags, ...set)), cyclesOf(swg(...trace.flags)));
  const ofBound = ({ totals }) => (totals.results.swg.cycles / totals.boundCycles).toFixed(2);
  const pj = ({ totals }) => totals.results.swg.energy.onChipPj / totals.validMacs;
  const wide = run(...vgg8.flags, ...all);
  const byDensity = (trace) => change(mappedByDensity(trace), cyclesOf(swg(...trace.flags)));
  const rank = (report, of) => {
    const machines = Object.keys(report.totals.results).sort((a, b) => of(report, a) - of(report, b));
    const place = machines.indexOf("swg");
    return place === 0 ? "SWG is first" : `${names[machines[0]]} is first, SWG number ${place + 1}`;
  };
  const cycles = ({ totals }, machine) => totals.results[machine].cycles;
  const time = (report, machine) => cycles(report, machine) / report.machines[machine].ownClockMhz;
  const coins = ["--network", "vgg8", "--batch", "8"];
  const rows = [
    [
      "densities and masks of the network (D23)",
      `SWG over TrainWare on ResNet-18, batch 4: ${overTrainware(...resnet18)} without a mask, ${overTrainware(...resnet18, "--density", "emap=.15")} with an emap of 15 %, ${overTrainware(...resnet18, "--density", "emap=.15,mask=.2")} with masks of 20 % besides`,
      "`swg run --network resnet18 --batch 4 --density emap=.15,mask=.2`",
    ],
    [
      "zeros as uneven as vgg8's, or independent (D23)",
      `SWG's cycles / bound on vgg8: ${ofBound(swg(...coins))} uneven, ${ofBound(swg(...coins, "--zeros", "coins"))} independent, ${ofBound(swg(...vgg8.flags))} on the real trace`,
      "`swg run --network vgg8 --batch 8 --zeros coins`",
    ],
    [
      "the mapper and the dealing know the layer's own zeros (D8, D9)",
      `SWG's cycles with k's dealt in turn: ${cyclesBy(vgg8, "--set", "swg.interColumn=false")} on vgg8, ${cyclesBy(masked, "--set", "swg.interColumn=false")} with its mask; with mappings chosen for independent zeros of the same densities ${byDensity(vgg8)}, ${byDensity(masked)} and ${byDensity(resnet20)} on resnet20`,
      "`swg run --trace ... --set swg.interColumn=false`, `npm run measure`",
    ],
    [
      "masks come from DRAM in no time (D16)",
      `SWG's cycles on vgg8 with its mask, if its bytes overlapped with nothing: +${percent(maskTime(run(...masked.flags, ...all)))}`,
      "`swg run --trace ...mask40.safetensors --format json`",
    ],
    [
      "the others' transfers overlap perfectly (D29); SWG's do not",
      `SWG's cycles without port limits: ${cyclesBy(vgg8, "--set", "swg.unlimitedPorts=true")} on vgg8, ${cyclesBy(masked, "--set", "swg.unlimitedPorts=true")} with its mask, ${cyclesBy(resnet20, "--set", "swg.unlimitedPorts=true")} on resnet20`,
      "`swg run --trace ... --set swg.unlimitedPorts=true`",
    ],
    [
      "bf16 (D10, D34)",
      `SWG's pJ a valid MAC on vgg8 in fp8: ${change(pj(swg(...vgg8.flags, "--set", "swg.format=fp8")), pj(swg(...vgg8.flags)))}`,
      "`swg run --trace ... --set swg.format=fp8`",
    ],
    [
      "one clock for all (D71)",
      `vgg8, all machines: in cycles ${rank(wide, cycles)}; in time at clocks of their own ${rank(wide, time)}`,
      "`swg run --trace ... --accelerators all`",
    ],
    [
      "DRAM of 25.6 GB/s, alone with one layer (D14)",
      `SWG's cycles at half of it: ${cyclesBy(vgg8, "--set", "swg.dramMbps=12800")} on vgg8, ${cyclesBy(masked, "--set", "swg.dramMbps=12800")} with its mask`,
      "`swg run --trace ... --set swg.dramMbps=12800`",
    ],
    [
      "equal MACs, or equal area (D43)",
      `vgg8: in cycles at equal MACs ${rank(wide, cycles)}; at equal area ${rank(equalArea(vgg8.flags), cycles)}`,
      "`swg run --trace ... --accelerators all --equal-area`",
    ],
  ];
  return tableOf(["assumption", "how far it moves what", "by"], rows);
}

/** What prose says of figures in words or roughly: to be looked at after a change. */
function prose(traces, steps) {
  const { machines } = run(...traces[0].flags, ...all);
  const mm2 = (machine) => machines[machine].areaMm2.total;
  const { parts } = machines.swg.areaMm2;
  const lnpu = steps.map(({ flags }) => run(...flags, ...asChip).totals);
  const { results, validMacs, denseMacs } = run(...traces[2].flags, ...all).totals;
  const onEach = results.swg.energy.onChipPj / validMacs / (results.trainware.energy.onChipPj / denseMacs);
  const largest = Object.keys(parts).sort((a, b) => parts[b] - parts[a])[0];
  return [
    `where area is spoken of: SWG's area is ${range(others.map((machine) => mm2("swg") / mm2(machine)))} times that of others with buffers`,
    `MEASUREMENTS: the largest part of SWG is ${areaParts[largest]}, ${percent(parts[largest] / mm2("swg"))}; ` +
      `the valid-data trace is ${threeDigits(parts.validDataTrace / parts.mac)} times its MACs`,
    `MEASUREMENTS: resnet20 on SWG takes ${onEach.toFixed(2)} times TrainWare's energy for each MAC made, on chip`,
    `D33, claims: LNPU's WG on its chip is ${range(lnpu.map((totals) => totals.denseTopsPerWatt.lnpu.wg / lnpuByTables(totals)))} times as efficient as by the tables`,
  ];
}

function writeTables(file, tables) {
  const written = [];
  const text = readFileSync(inRoot(file), "utf8").replace(
    /(<!-- measure: ([^\n]+) -->\n).*?(?=<!-- \/measure -->)/gs,
    (_, marker, name) => {
      if (!Object.hasOwn(tables, name)) throw new Error(`${file}: table "${name}" is not measured`);
      written.push(name);
      return `${marker}\n${tables[name]()}\n\n`;
    },
  );
  const missing = Object.keys(tables).filter((name) => !written.includes(name));
  if (missing.length > 0) throw new Error(`${file}: no place for ${allOf(missing)}`);
  writeFileSync(inRoot(file), text);
}

function writeFigure() {
  const out = inRoot("out", "measure");
  run("--network", "vgg8", "--batch", "8", "--out", out);
  copyFileSync(join(out, "figures", "pe-cycles.svg"), inRoot("docs", "pe-cycles.svg"));
}

try {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error("the folder of traces must be named: npm run measure -- TRACES");
  const traces = [
    traceOf("vgg8", folder, "vgg8-cifar10-step2270"),
    traceOf("vgg8, 40 % mask", folder, "vgg8-cifar10-step2270-mask40"),
    traceOf("resnet20", folder, "resnet20-cifar10-step452"),
  ];
  const made = {
    name: "ResNet-18, batch 4, made-up zeros",
    flags: ["--network", "resnet18", "--batch", "4"],
  };
  const steps = [...traces, made];
  writeTables("DEVIATIONS.md", { assumptions: () => assumptions(traces) });
  writeTables("README.md", { results: () => readmeResults(traces) });
  writeTables("MEASUREMENTS.md", {
    bound: () => bound(traces),
    machines: () => machines(traces),
    sparsetrain: () => sparsetrain(traces),
    "step, cycles": () => stepCycles(steps),
    "step, energy": () => stepEnergy(steps),
    "step, yardsticks": () => stepYardsticks(steps),
    "step, efficiency": () => stepEfficiency(steps),
    ablation: () => ablation(traces),
    sizes: () => sizes(traces),
    energy: () => energy(traces),
    area: () => area(traces),
    charged: () => charged(traces),
    units,
    rows: () => rows(traces),
    formats: () => formats(traces),
    "equal area": () => equalSizes(traces),
    beside: () => traces.map(beside).join("\n\n"),
    standing: () => standings(traces),
  });
  writeFigure();
  console.log(`What prose says of these:\n${prose(traces, steps).join("\n")}`);
} catch (error) {
  console.error(`measure: ${error.message.split("\n")[0]}`);
  process.exitCode = 1;
}
