import type { Layer } from "../../src/workload/layer.ts";
import { emapSize, fmapSize, gradientSize } from "../../src/workload/layer.ts";
import { tiledGradientBytes } from "./tiled-gradient-bytes.ts";

/** What is used of the WebAssembly that Node has, and the ES library does not declare. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
};

/** What the compiled kernel offers; addresses are places in its memory. See assembly/tiled-gradient.ts. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  alloc(bytes: bigint): number;
  start(shape: number, images: number): void;
  fmapAt(): number;
  emapAt(): number;
  add(images: number): void;
  finish(): number;
}

/** Parts of the maps that are in memory together, in f32. */
export interface MapViews {
  /** [images][C][H][W] */
  readonly fmap: Float32Array;
  /** [images][K][P][Q] */
  readonly emap: Float32Array;
}

/**
 * The dense weight gradient of any layer in f32, zeros multiplied like everything else: what the simulator's speed is
 * held against. A matrix product over positions in register tiles and cache blocks, on 128-bit SIMD without fused
 * multiply-add, as WebAssembly has it.
 */
export class TiledGradient {
  private readonly exports: Exports;
  private layer: Layer | undefined;

  constructor() {
    const bytes = Uint8Array.from(atob(tiledGradientBytes), (character) => character.charCodeAt(0));
    const outOfMemory = (needed: number) => {
      throw new Error(`the layer needs ${needed} bytes of WebAssembly memory, more than there are`);
    };
    const module = new WebAssembly.Module(bytes);
    this.exports = new WebAssembly.Instance(module, { arena: { outOfMemory } }).exports as Exports;
  }

  /** Forgets the layer before. The views are for the host to fill, with `images` images at most, before each `add`. */
  start(layer: Layer, images: number): MapViews {
    const { C, H, W, K, P, Q, R, S, stride, padding, dilation, groups } = layer;
    const [top, left] = padding;
    const shape = [C, H, W, K, P, Q, R, S, ...stride, top, left, ...dilation, groups];
    const { exports } = this;
    const at = exports.alloc(BigInt(4 * shape.length));
    new Int32Array(exports.memory.buffer, at, shape.length).set(shape);
    exports.start(at, images);
    this.layer = layer;
    const some = { ...layer, N: images };
    return {
      fmap: new Float32Array(exports.memory.buffer, exports.fmapAt(), fmapSize(some)),
      emap: new Float32Array(exports.memory.buffer, exports.emapAt(), emapSize(some)),
    };
  }

  /** Adds what the first `images` images in the views contribute. */
  add(images: number): void {
    this.exports.add(images);
  }

  /** The gradient, [K][C/groups][R][S]: a view that lasts until the next `start`. */
  finish(): Float32Array {
    const at = this.exports.finish();
    return new Float32Array(this.exports.memory.buffer, at, gradientSize(this.layer!));
  }
}
