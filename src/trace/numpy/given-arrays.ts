import { quoted } from "../bounded-json.ts";
import type { Role } from "./layer-arrays.ts";
import type { NpyArray } from "./npy.ts";

export const windowSettings = ["kernel", "stride", "padding", "dilation", "groups"] as const;
/** Small arrays that describe a layer where its tensors do not: integers, and text in the last three. */
export const settings = [...windowSettings, "type", "layout", "kernel_layout"] as const;
export type Setting = (typeof settings)[number];

/** What a file has of one layer. */
export type LayerMembers = Partial<Record<Role | Setting, NpyArray>>;

/** A layer's arrays, both maps among them. */
export interface GivenArrays {
  readonly fmap: NpyArray;
  readonly emap: NpyArray;
  /** the gradient or, without one, the mask */
  readonly weights?: NpyArray;
  readonly arrays: Readonly<LayerMembers>;
  /** the maps are known to have their channels first, where no array says so */
  readonly channelsFirst: boolean;
}

/** How to say what sizes do not. */
export const holding = (name: string, setting: "layout" | "kernel_layout", value: string): string =>
  `an array ${quoted(`${name}.${setting}`)} that holds ${quoted(value)}`;
