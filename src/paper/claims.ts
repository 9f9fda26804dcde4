import { lnpuMeasured, lnpuPj } from "../energy/lnpu.ts";
import type { Report } from "../report/report.ts";
import { networks } from "../workload/networks/index.ts";
import { type Phase, phaseNames } from "../workload/phase.ts";
import type { Claim, ClaimCase, ClaimRun } from "./claim.ts";
import { published } from "./published-results.ts";

const batch = 4;
const geometricMean = (values: readonly number[]): number =>
  values.reduce((product, value) => product * value, 1) ** (1 / values.length);

/** The networks that the speedup over TrainWare is judged on. */
const plain = ["alexnet", "vgg16"];
const residual = "resnet18";

/** With batch norm ResNet's emap is dense; 15 % nonzero is what arXiv 2006.08173 prunes it to without losing accuracy. */
const prunedEmap = "emap=.15";
/** What Procrustes and SWAT keep of the weights. */
const kept = "mask=.2";

/** One density for every tensor of every layer: near the one at which all three figures of SWG's abstract could hold together. */
const joint = "fmap=.437,emap=.437,mask=.437";

type Machines = Pick<ClaimRun, "accelerators" | "set" | "phases">;

/** The three networks with the default profile of zeros, but for these densities. */
const onNetworks = (machines: Machines, ofPlain?: string, ofResidual?: string): ClaimRun[] => [
  ...plain.map((network) => ({ network, batch, ...machines, ...(ofPlain && { density: ofPlain }) })),
  { network: residual, batch, ...machines, ...(ofResidual && { density: ofResidual }) },
];

type LayerFigures = Report["layers"][number];
type Layers = (report: Report) => readonly LayerFigures[];

const allLayers: Layers = ({ layers }) => layers;
const convolutionsOf = (network: string): string[] =>
  networks[network]
    .layers(1)
    .filter(({ type }) => type === "conv2d")
    .map(({ name }) => name);
const convolutionNames = new Set([...plain, residual].flatMap(convolutionsOf));
const convolutions: Layers = ({ layers }) => layers.filter(({ name }) => convolutionNames.has(name));

const sumOf = <T>(items: readonly T[], figure: (item: T) => number): number =>
  items.reduce((sum, item) => sum + figure(item), 0);

/** Geometric mean over runs of how much faster the first machine is than the second, on these layers. */
const meanSpeedup =
  (fast: string, slow: string, layersOf: Layers = allLayers) =>
  (reports: readonly Report[]): number =>
    geometricMean(
      reports.map((report) => {
        const cycles = (machine: string) => sumOf(layersOf(report), ({ results }) => results[machine].cycles);
        return cycles(slow) / cycles(fast);
      }),
    );

const measuredFormat = { format: lnpuMeasured.format };
/**
 * LNPU, LNPU with SWG, whose WG is SWG's, and TrainWare in the format that LNPU's chip was measured in: the same runs serve the
 * speedup over TrainWare and the efficiencies.
 */
const steps: Machines = {
  accelerators: ["lnpu", "lnpu-swg", "trainware"],
  set: { lnpu: measuredFormat, "lnpu-swg": measuredFormat, trainware: measuredFormat },
  phases: phaseNames,
};
const swgOverTrainware = (layersOf?: Layers) => meanSpeedup("lnpu-swg", "trainware", layersOf);
const jointNames = ["joint: densities 0.437, convolutions", "joint: densities 0.437, all layers"] as const;
const layerSets = [convolutions, allLayers] as const;
/** Twice the joint workload, of convolutions and of all layers, from the same runs. */
const onJoint = (machines: Machines, measureOf: (layers: Layers) => ClaimCase["measure"]): ClaimCase[] =>
  jointNames.map((name, i) => ({
    name,
    runs: onNetworks(machines, joint, joint),
    measure: measureOf(layerSets[i]),
  }));

/** WG of all layers over FF, BP and WG; the first layer needs no BP. */
const gradientShare = (reports: readonly Report[]): number =>
  geometricMean(
    reports.map(({ totals, layers }) => totals.denseMacs / (3 * totals.denseMacs - layers[0].denseMacs)),
  );

/** Products of the outer product that are no valid pair, on the network that has the largest share of them. */
const redundantProducts = (reports: readonly Report[]): number =>
  Math.max(
    ...reports.map(({ totals }) => 1 - totals.validMacs / totals.results["outer-product"].events.macs),
  );

/** The share does not depend on the batch. */
const oneImage = onNetworks({ accelerators: ["dense"] }).map((run) => ({ ...run, batch: 1 }));

/** Energy of LNPU's chip for a layer in a phase. */
const chipPj = ({ denseMacs, phases }: LayerFigures, phase: "ff" | "bp" | "wg"): number => {
  const lnpu = phases?.[phase]?.lnpu;
  return lnpu ? lnpuPj(denseMacs, lnpu.events.macs) : 0;
};

/** SWG's energy of the weight gradients / LNPU's, both by our tables: one format, node and voltage. */
const tableRatio = (layers: readonly LayerFigures[]): number =>
  sumOf(layers, ({ results }) => results["lnpu-swg"].energy.onChipPj) /
  sumOf(layers, ({ results }) => results.lnpu.energy.onChipPj);

/** Dense-equivalent TOPS/W of FF, BP and WG on LNPU's chip; with SWG, whose WG takes its share of the chip's by `tableRatio`. */
const chipEfficiency =
  (withSwg: boolean) =>
  (layersOf: Layers) =>
  (reports: readonly Report[]): number =>
    geometricMean(
      reports.map((report) => {
        const layers = layersOf(report);
        const macs = sumOf(
          layers,
          ({ denseMacs, phases }) => denseMacs * phaseNames.filter((phase) => phases?.[phase]?.lnpu).length,
        );
        const pjOf = (phase: "ff" | "bp" | "wg") => sumOf(layers, (layer) => chipPj(layer, phase));
        const wg = pjOf("wg") * (withSwg ? tableRatio(layers) : 1);
        return (2 * macs) / (pjOf("ff") + pjOf("bp") + wg);
      }),
    );

/** The share of LNPU's products of a step, on these networks, that its zeros take away. */
const skippedInputs = ([{ layers }]: readonly Report[]): number => {
  const [dense, made] = [0, 1].map((kind) =>
    sumOf(layers, ({ denseMacs, phases }) =>
      sumOf(phaseNames, (phase) => {
        const lnpu = phases?.[phase]?.lnpu;
        return lnpu ? [denseMacs, lnpu.events.macs][kind] : 0;
      }),
    ),
  );
  return 1 - made / dense;
};

const stepCases = (measureOf: (layers: Layers) => ClaimCase["measure"]): ClaimCase[] => [
  ...onJoint(steps, measureOf),
  {
    name: "default profile, ResNet's emap pruned to 15 %",
    runs: onNetworks(steps, undefined, prunedEmap),
    measure: measureOf(allLayers),
  },
];
const inputCases: ClaimCase[] = [...plain, residual].map((network) => ({
  name: `default profile, ${network}`,
  runs: [{ network, batch: 1, accelerators: ["lnpu"], phases: phaseNames }],
  measure: skippedInputs,
}));

const outerProducts = { accelerators: ["outer-product", "ant"] };
const tenPercent = "fmap=.1,emap=.1";
const tenPercentOfAll = `${tenPercent},mask=.1`;
const bothTenPercent = onNetworks(outerProducts, tenPercent, tenPercent).map((run) => ({ ...run, batch: 1 }));

/** The networks' convolutions, one image. */
const onConvolutions = (machines: Machines, ofPlain?: string, ofResidual?: string): ClaimRun[] =>
  onNetworks(machines, ofPlain, ofResidual).map((run) => ({
    ...run,
    batch: 1,
    layers: convolutionsOf(run.network),
  }));

/** How much faster a machine is than another in these phases, network by network. */
const speedupsIn =
  (machine: string, other: string, phases: readonly Phase[]) =>
  (reports: readonly Report[]): number[] =>
    reports.map(({ totals }) => {
      const cycles = (name: string) => sumOf(phases, (phase) => totals.phases?.[phase]?.[name].cycles ?? NaN);
      return cycles(other) / cycles(machine);
    });

/** A machine that computes all phases: each alone, the whole step, and the network that gains most. */
const wholeSteps = (
  machine: string,
  other: string,
  ofPlain?: string,
  ofResidual?: string,
): readonly ClaimCase[] => {
  const machines = { accelerators: [machine, other], phases: phaseNames };
  const runs = onConvolutions(machines, ofPlain, ofResidual);
  const mean = (phases: readonly Phase[]) => (reports: readonly Report[]) =>
    geometricMean(speedupsIn(machine, other, phases)(reports));
  return [
    ...phaseNames.map((phase) => ({ name: `${phase} alone`, runs, measure: mean([phase]) })),
    { name: "whole step", runs, measure: mean(phaseNames) },
    {
      name: "whole step, the network that gains most",
      runs,
      measure: (reports) => Math.max(...speedupsIn(machine, other, phaseNames)(reports)),
    },
  ];
};

const uncalibrated =
  "Energy of its whole chip over another's; ours is of parts that we chose, at one yardstick.";
const notModelled = "This machine is not modelled.";
const power =
  "Power and its reduction in silicon; this machine's energy is modelled as a best case, not calibrated.";

/** Claims that our models say nothing to, and why. */
const open: readonly (readonly [id: string, system: string, claim: string, why: string])[] = [
  ["trainware-energy", "TrainWare", "total energy reduction", power],
  ["trainware-power", "TrainWare successor", "power", notModelled],
  ["ant-energy", "ANT", "energy over the same", uncalibrated],
  ["sparsetrain-energy", "SparseTrain", "energy over dense", uncalibrated],
  ["procrustes-energy", "Procrustes", "energy", uncalibrated],
  ["tensordash-energy", "TensorDash", "energy", uncalibrated],
  ["spartann-speedup", "SparTANN", "conv training speedup", notModelled],
  ["triple-sparsity-efficiency", "Triple-sparsity training", "WG efficiency", notModelled],
  ["pnpu-efficiency", "PNPU", "peak efficiency", notModelled],
  ["swpu-efficiency", "SWPU", "peak efficiency", notModelled],
];

/** A published number is a row here: what is measured for it, on which workloads, and whether it holds. */
export const claims: readonly Claim[] = [
  {
    id: "swg-speedup",
    published: published("SWG", "speedup over TrainWare"),
    status: "known gap",
    within: 0.15,
    judged: jointNames,
    cases: [
      ...onJoint(steps, swgOverTrainware),
      {
        name: "a: default profile, no mask",
        runs: onNetworks(steps),
        measure: swgOverTrainware(),
      },
      {
        name: "b: ResNet's emap pruned to 15 %",
        runs: onNetworks(steps, undefined, prunedEmap),
        measure: swgOverTrainware(),
      },
      {
        name: "c: as b, masks keep 20 %",
        runs: onNetworks(steps, kept, `${prunedEmap},${kept}`),
        measure: swgOverTrainware(),
      },
    ],
    why:
      "Networks, densities and masks are not in the abstract. Geometric mean over AlexNet, VGG-16 and ResNet-18, batch " +
      "4, fp8 as for the efficiencies. At 0.437 of all three tensors zeros alone allow 1 / 0.437^3 = 12.0x, less than was published; fully connected " +
      "layers of four images wait for DRAM.",
    take: "A speedup without its densities is no figure of a machine: a to c show what a choice of zeros does to it.",
  },
  {
    id: "lnpu-efficiency",
    published: published("SWG", "LNPU efficiency before"),
    status: "identity",
    within: 0.15,
    judged: jointNames,
    cases: stepCases(chipEfficiency(false)),
    why:
      "Dense-equivalent TOPS/W of FF, BP and WG on chip, the same networks at batch 4. LNPU's energy has two constants, " +
      "from its own points at 0 and 90 % zeros; 7.56 belongs to 56 % zeros, and 0.437 was chosen for that.",
    take: "Near at the joint workload by construction, so no evidence; the default profile has more zeros.",
  },
  {
    id: "lnpu-swg-efficiency",
    published: published("SWG", "LNPU efficiency with SWG"),
    status: "known gap",
    within: 0.15,
    judged: jointNames,
    cases: stepCases(chipEfficiency(true)),
    why:
      "FF and BP at LNPU's published chip energy, WG at that energy times SWG's over LNPU's, both by our tables on one " +
      "format, node and voltage.",
    take:
      "Were SWG's WG to take no energy at all, the step would gain 1.5x at most where phases take alike; 10.58 is 1.4x. The " +
      "ratio of our tables decides.",
  },
  {
    id: "lnpu-input-zeros",
    published: published("LNPU", "input zeros seen in training"),
    status: "known gap",
    within: 0,
    judged: inputCases.map(({ name }) => name),
    cases: inputCases,
    why:
      "Share of a step's products that zeros of LNPU's input take away, padding too, one image, no mask; in WG of the map " +
      "that takes more away, so it is above the share of zeros in fmaps alone.",
    take: "Where our default profile is outside the range, it is another training than LNPU's authors saw.",
  },
  {
    id: "wg-share",
    published: published("SWG", "WG share of training computation"),
    status: "identity",
    within: 0.05,
    judged: ["dense MACs"],
    why: "Dense MACs of WG over those of FF, BP and WG, geometric mean over the same networks; no zeros are skipped.",
    take: "Three phases of as many MACs each: true of any network and any machine, so no evidence.",
    cases: [{ name: "dense MACs", runs: oneImage, measure: gradientShare }],
  },
  {
    id: "ant-redundant-products",
    published: published("ANT", "redundant Cartesian products in weight update"),
    status: "reproduced",
    within: 0.1,
    judged: ["maps of 10 %"],
    why:
      "The largest of three networks, one image. How far planes are cut into tiles, within which products are counted, is not " +
      "known; ours has the best tile of each layer.",
    take: "Few nonzeros of two maps that meet anywhere meet where they should: the share follows from sparsity and tiles, not from ANT.",
    cases: [{ name: "maps of 10 %", runs: bothTenPercent, measure: redundantProducts }],
  },
  {
    id: "ant-speedup",
    published: published("ANT", "speedup over an SCNN-like outer-product design"),
    status: "known gap",
    within: 0.15,
    judged: ["whole step"],
    why:
      "FF, BP and WG of the convolutions over those of our outer product, one image, both maps and the weights at 10 %. In FF and BP " +
      "both are one machine here, whose useless products are few; how its paper cuts planes is not known.",
    take: "Most of the gain is in WG, and as large as the outer product's tiles are bad: ours has the best tile of each layer.",
    cases: wholeSteps("ant", "outer-product", tenPercentOfAll, tenPercentOfAll),
  },
  {
    id: "tensordash-speedup",
    published: published("TensorDash", "speedup"),
    status: "reproduced",
    within: 0.1,
    judged: ["whole step"],
    why:
      "FF, BP and WG of the convolutions over TrainWare's, one image, default profile; geometric mean over AlexNet, VGG-16 and " +
      "ResNet-18. Cycles are those of its authors' simulator where that has been run (D24).",
    take: "The cycles are its authors' own; what may differ is the networks and their zeros, which we chose before we ran it.",
    cases: wholeSteps("tensordash", "trainware"),
  },
  {
    id: "sparsetrain-speedup",
    published: published("SparseTrain", "speedup over dense"),
    status: "known gap",
    within: 0.15,
    judged: ["whole step"],
    why:
      "FF, BP and WG of the convolutions over TrainWare's, one image, default profile; ResNet's emap pruned to 15 %, since " +
      "SparseTrain prunes gradients. Its paper leaves out errors that a ReLU throws away; ours computes them.",
    take: "Our PEs have one multiplier each and work handed out perfectly: a best case, of zeros that are not its paper's.",
    cases: wholeSteps("sparsetrain", "trainware", undefined, prunedEmap),
  },
  {
    id: "procrustes-speedup",
    published: published("Procrustes", "speedup"),
    status: "known gap",
    within: 0.15,
    judged: ["whole step, the network that gains most"],
    why:
      "FF, BP and WG of the convolutions over TrainWare's, one image, default profile, 10 % of the weights kept at places drawn by " +
      "chance. Weights pruned ten times help FF and BP alone: its authors model WG by zeros of the fmap.",
    take: "Positions without gaps, and weights drawn by chance, are its best case, which gains more than its paper says.",
    cases: wholeSteps("procrustes", "trainware", "mask=.1", "mask=.1"),
  },
  ...open.map(
    ([id, system, claim, why]): Claim => ({
      id,
      published: published(system, claim),
      status: "cannot be judged",
      why,
      take: "Nothing, from us.",
      cases: [],
    }),
  ),
];
