/**
 * What papers claim about accelerators that skip zeros in training. `verified` says how far a figure was checked: "recalled"
 * means that no copy of the source was at hand.
 */
export interface PublishedResult {
  readonly system: string;
  readonly venue: string;
  readonly claim: string;
  /** as printed: a number, or a range */
  readonly value: string;
  readonly unit: string;
  readonly conditions: string;
  readonly verified: string;
}

const columns = ["system", "venue", "claim", "value", "unit", "conditions", "verified"] as const;

/** One row a result, in the order of `columns`. */
const rows: readonly (readonly string[])[] = [
  [
    "SWG",
    "Sci. China Inf. Sci. 67(2) 2024",
    "speedup over TrainWare",
    "12.23",
    "x",
    "HUSA dataflow exploiting full sparsity",
    "yes (abstract)",
  ],
  [
    "SWG",
    "Sci. China Inf. Sci. 67(2) 2024",
    "LNPU efficiency before",
    "7.56",
    "TOPS/W",
    "",
    "yes (abstract)",
  ],
  [
    "SWG",
    "Sci. China Inf. Sci. 67(2) 2024",
    "LNPU efficiency with SWG",
    "10.58",
    "TOPS/W",
    "",
    "yes (abstract)",
  ],
  [
    "SWG",
    "Sci. China Inf. Sci. 67(2) 2024",
    "WG share of training computation",
    "0.333",
    "fraction",
    "",
    "yes (abstract)",
  ],
  [
    "TrainWare",
    "ISLPED 2018",
    "total energy reduction",
    "0.143-0.302",
    "fraction",
    "weight update architecture",
    "yes",
  ],
  [
    "TrainWare successor",
    "JSSC 55(10) 2020",
    "power",
    "40.7",
    "mW",
    "50 MHz; 65 nm; 8-bit fixed point; 10.24 mm2; 3 cores",
    "yes",
  ],
  [
    "LNPU",
    "ISSCC 2019 7.7",
    "peak efficiency",
    "25.3",
    "TFLOPS/W",
    "FP8 at 90 % input zeros",
    "yes (title); condition recalled",
  ],
  ["LNPU", "ISSCC 2019 7.7", "dense efficiency", "3.48", "TFLOPS/W", "FP8 at 0 % input zeros", "recalled"],
  [
    "LNPU",
    "ISSCC 2019 7.7",
    "input zeros seen in training",
    "0.37-0.61",
    "fraction",
    "VGG16 AlexNet ResNet-18",
    "yes",
  ],
  [
    "LNPU",
    "ISSCC 2019 7.7",
    "silicon",
    "65 nm; 16 mm2; 372 KB SRAM; 0.78-1.1 V; 50-200 MHz; 43.1-367 mW; 0.3/0.6 TFLOPS FP16/FP8",
    "",
    "",
    "recalled",
  ],
  [
    "ANT",
    "ISCA 2022",
    "speedup over an SCNN-like outer-product design",
    "3.71",
    "x",
    "geomean; 90 % sparse training",
    "yes",
  ],
  ["ANT", "ISCA 2022", "energy over the same", "4.40", "x", "", "yes"],
  ["ANT", "ISCA 2022", "redundant Cartesian products in weight update", "0.9", "fraction (up to)", "", "yes"],
  ["SparseTrain", "DAC 2020", "speedup over dense", "2.7", "x", "AlexNet ResNet", "yes"],
  ["SparseTrain", "DAC 2020", "energy over dense", "2.2", "x", "", "yes"],
  ["Procrustes", "MICRO 2020", "speedup", "4", "x (up to)", "weights pruned about 10x", "yes"],
  ["Procrustes", "MICRO 2020", "energy", "3.26", "x", "", "yes"],
  ["TensorDash", "MICRO 2020", "speedup", "1.95", "x", "one operand; 4x lookahead", "yes"],
  ["TensorDash", "MICRO 2020", "energy", "1.89", "x", "compute; 1.6 with memory", "yes"],
  [
    "SparTANN",
    "ISLPED 2020",
    "conv training speedup",
    "4.20-8.88",
    "x",
    "lossless; AlexNet GoogLeNet",
    "yes",
  ],
  ["Triple-sparsity training", "ISCAS 2022", "WG efficiency", "84.43", "TOPS/W", "ResNet-50 CIFAR-10", "yes"],
  ["PNPU", "VLSI 2020", "peak efficiency", "146.52", "TOPS/W", "", "yes"],
  ["SWPU", "TCAS-I 2022", "peak efficiency", "126.04", "TFLOPS/W", "28 nm", "yes"],
];

export const publishedResults: readonly PublishedResult[] = rows.map(
  (row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])) as unknown as PublishedResult,
);

/** The result of a system that is called `claim`. */
export function published(system: string, claim: string): PublishedResult {
  const found = publishedResults.find((result) => result.system === system && result.claim === claim);
  if (!found) throw new Error(`${system} has no published result "${claim}"`);
  return found;
}
