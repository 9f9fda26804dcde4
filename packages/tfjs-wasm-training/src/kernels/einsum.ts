import { backend_util, Einsum, type EinsumAttrs, getKernel, type TensorInfo } from "@tensorflow/tfjs-core";
import type { Backend } from "../backend.ts";
import type { TrainingKernel } from "../training-kernel.ts";
import { refusesType } from "../training-kernel.ts";
import { sizeOf } from "./conv-info.ts";

/** A tensor and a letter for each of its axes. */
interface Term {
  readonly tensor: TensorInfo;
  readonly axes: string;
}

/** The terms of an equation such as `abc,acd->abd`: letters of each input, and of the output. */
export function termsOf(equation: string): { inputs: string[]; output: string } {
  const [inputs, output] = equation.replace(/\s/g, "").split("->");
  return { inputs: inputs.split(","), output };
}

/** Sums of products of one or two tensors, as one product of matrices for each value of their common axes. */
export const einsum: TrainingKernel = {
  name: Einsum,
  refuses: (inputs) => refusesType(...Object.values(inputs)),
  compute({ backend }, inputs, attrs) {
    const tensors = Object.values(inputs);
    const { equation } = attrs as unknown as EinsumAttrs;
    const { allDims, idDims } = backend_util.decodeEinsumEquation(equation, tensors.length);
    backend_util.checkEinsumDimSizes(allDims.length, idDims, tensors as never);
    const { inputs: axes, output } = termsOf(equation);
    const work = new Steps(backend);
    const terms = axes.map((letters, i) => {
      const elsewhere = output + axes.filter((_, j) => j !== i).join("");
      return work.sumOut({ tensor: tensors[i], axes: letters }, elsewhere);
    });
    const [first, second] = terms;
    const product = second ? work.multiply(first, second, output) : first;
    return work.finish(work.order(product, output).tensor);
  },
};

/** Letters of one that are, or are not, in another. */
const common = (a: string, b: string) => [...a].filter((letter) => b.includes(letter)).join("");
const without = (a: string, b: string) => [...a].filter((letter) => !b.includes(letter)).join("");

/** Kernels of the backend, one after the other; what they made on the way is disposed of at the end. */
class Steps {
  readonly #backend: Backend;
  readonly #made: TensorInfo[] = [];

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Sums over the axes that nothing else has. */
  sumOut({ tensor, axes }: Term, elsewhere: string): Term {
    const kept = common(axes, elsewhere);
    if (kept === axes) return { tensor, axes };
    const axis = [...axes].flatMap((letter, i) => (kept.includes(letter) ? [] : [i]));
    return { tensor: this.#run("Sum", { x: tensor }, { axis, keepDims: false }), axes: kept };
  }

  /** Axes in another order. */
  order({ tensor, axes }: Term, wanted: string): Term {
    if (axes === wanted) return { tensor, axes };
    const perm = [...wanted].map((letter) => axes.indexOf(letter));
    return { tensor: this.#run("Transpose", { x: tensor }, { perm }), axes: wanted };
  }

  /** The product, with the axes that the output has: common ones, then those of a, then those of b. */
  multiply(a: Term, b: Term, output: string): Term {
    const both = common(a.axes, b.axes);
    const [kept, summed] = [common(both, output), without(both, output)];
    const [ofA, ofB] = [without(a.axes, both), without(b.axes, both)];
    const left = this.order(a, kept + ofA + summed).tensor;
    const right = this.order(b, kept + summed + ofB).tensor;
    const sizes = (term: Term, axes: string) =>
      [...axes].map((letter) => term.tensor.shape[term.axes.indexOf(letter)]);
    const count = (term: Term, axes: string) => sizeOf({ shape: sizes(term, axes) });
    const matrices = count(a, kept);
    const product = this.#run(
      "BatchMatMul",
      {
        a: this.#reshape(left, [matrices, count(a, ofA), count(a, summed)]),
        b: this.#reshape(right, [matrices, count(a, summed), count(b, ofB)]),
      },
      { transposeA: false, transposeB: false },
    );
    const shape = [...sizes(a, kept), ...sizes(a, ofA), ...sizes(b, ofB)];
    return { tensor: this.#reshape(product, shape), axes: kept + ofA + ofB };
  }

  /** The result, which is one of what was made, or an input. */
  finish(result: TensorInfo): TensorInfo {
    this.#backend.incRef(result.dataId);
    for (const { dataId } of this.#made) this.#backend.disposeData(dataId);
    return { dataId: result.dataId, shape: result.shape, dtype: result.dtype };
  }

  #reshape(x: TensorInfo, shape: number[]): TensorInfo {
    return this.#run("Reshape", { x }, { shape });
  }

  #run(name: string, inputs: Record<string, TensorInfo>, attrs: object): TensorInfo {
    const kernel = getKernel(name, "wasm");
    const out = kernel.kernelFunc({ inputs, attrs: attrs as never, backend: this.#backend }) as TensorInfo;
    this.#made.push(out);
    return out;
  }
}
