import { describe, expect, it } from "vitest";
import { withValues } from "../../parameter.ts";
import { convolution } from "../../workload/layer.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import { loopNest, type Mapping } from "../dataflow/mapping.ts";
import { swgParameters } from "../parameters.ts";
import { memoryOf } from "./memory.ts";

/** Both maps dense: 2 x 8 x 8 values and a bit for each, so 272 bytes. */
const layer = convolution({
  name: "conv",
  N: 1,
  C: 2,
  H: 8,
  W: 8,
  K: 2,
  R: 3,
  S: 3,
  groups: 1,
  stride: [1, 1],
  padding: [1, 1, 1, 1],
  dilation: [1, 1],
});
const ones = new Uint8Array(128).fill(1);
const mapBytes = 2 * 64 * 2 + 16;
const oneOfEach: Mapping = {
  domains: 1,
  teamColumns: 1,
  channelSlices: 1,
  positionSlices: 1,
  channelsPerTrace: 1,
  passRows: 3,
  passColumns: 3,
  chunkGroups: 8,
  residentKs: 1,
};
const divided = (over: Partial<Mapping>, globalBufferKib = 80, groups = 1) => {
  const p = withValues("swg", swgParameters, { columns: 1, globalBufferKib });
  const mapping = { ...oneOfEach, ...over };
  const statistics = layerStatistics({ layer: { ...layer, groups }, fmap: ones, emap: ones });
  return memoryOf(statistics, loopNest(statistics.layer, mapping, p), mapping, p);
};

describe("what stays in the global buffer?", () => {
  it("what is read again and takes half of the room at most: the emap of a k block, then the fmap", () => {
    // two channel blocks and two k blocks
    expect(divided({})).toEqual({
      residents: { emap: true, fmap: true },
      streamBytes: 72 * 1024 - mapBytes / 2 - mapBytes,
      writeQueueBytes: 8 * 1024,
    });
    // half of 512 bytes is room for one k's emap only, and not for the fmap
    expect(divided({}, 1).residents).toEqual({ emap: true, fmap: false });
    expect(divided({ residentKs: 2 }, 1).residents).toEqual({ emap: false, fmap: false });
  });

  it("nothing that is read once; both where the kernel takes several passes", () => {
    const once = { channelsPerTrace: 2, residentKs: 2 };
    expect(divided(once).residents).toEqual({ emap: false, fmap: false });
    expect(divided({ ...once, passRows: 2 }).residents).toEqual({ emap: true, fmap: true });
    expect(divided({ ...once, residentKs: 1 }).residents).toEqual({ emap: false, fmap: true });
    // of a fmap whose groups come one after the other, none is read again when the last one is there
    expect(divided({ passRows: 2 }, 80, 2).residents).toEqual({ emap: true, fmap: false });
  });

  it("the write queue, but never more than half of the buffer", () => {
    expect(divided({}, 4).writeQueueBytes).toBe(2 * 1024);
    expect(divided({ channelsPerTrace: 2, residentKs: 2 }, 4).streamBytes).toBe(2 * 1024);
  });
});
