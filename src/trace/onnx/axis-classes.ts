/**
 * What an operator says of an axis: that it holds the images, or that it does not. `sure`: its definition says so; else it is
 * only what networks do. `learnt`: weights have that axis too, a matrix for each place, and weights are not of an image.
 */
export type TestimonyKind = "sure" | "likely" | "unlikely" | "learnt";

export interface Testimony {
  readonly kind: TestimonyKind;
  readonly images: boolean;
  /** "the Conv \"conv1\"" */
  readonly witness: string;
}

/** What was said of an axis: the first testimony of each kind. */
export type Testimonies = { readonly [Kind in TestimonyKind]?: Testimony };

/**
 * Axes that are the same one, such as the images of a network's input and of all that is computed from it. What is said of
 * one of them is said of all. An axis is a number that `fresh` gives. All methods take constant time, but for a logarithm.
 */
export class AxisClasses {
  private readonly parents: number[] = [];
  private readonly said: Testimonies[] = [];

  fresh(): number {
    this.said.push({});
    return this.parents.push(this.parents.length) - 1;
  }

  /** The axis that stands for all that are the same as this one. */
  find(axis: number): number {
    let at = axis;
    while (this.parents[at] !== at) {
      this.parents[at] = this.parents[this.parents[at]];
      at = this.parents[at];
    }
    return at;
  }

  /** Says that two axes are the same; of what was said of both, that of the one that was made first stays. */
  join(a: number, b: number): void {
    const [first, second] = [this.find(a), this.find(b)].sort((x, y) => x - y);
    if (first === second) return;
    this.parents[second] = first;
    this.said[first] = { ...this.said[second], ...this.said[first] };
  }

  testify(axis: number, testimony: Testimony): void {
    const at = this.find(axis);
    this.said[at] = { [testimony.kind]: testimony, ...this.said[at] };
  }

  saidOf(axis: number): Testimonies {
    return this.said[this.find(axis)];
  }
}
