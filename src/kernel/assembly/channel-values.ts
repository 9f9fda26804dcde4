import { alloc } from "./arena";
import { findPixels, startChunkValues, valuesOf } from "./chunk-values";
import { cutGroups } from "./groups";
import { ChunkValuesValues, chunkValues, layer } from "./layout";
import { Residency } from "./residency";

/** `ChunkValues` */
export function countChunkValues(): void {
  cutGroups();
  startChunkValues();
  const passes =
    ((layer.R + chunkValues.passRows - 1) / chunkValues.passRows) *
    ((layer.S + chunkValues.passColumns - 1) / chunkValues.passColumns);
  chunkValues.values = alloc(<u64>chunkValues.count * passes * layer.C * sizeof<ChunkValuesValues>());
  const pass = changetype<Residency>(alloc(offsetof<Residency>()));
  let at = 0;
  for (let i = 0; i < chunkValues.count; i++)
    for (let r = 0; r < layer.R; r += chunkValues.passRows)
      for (let s = 0; s < layer.S; s += chunkValues.passColumns) {
        pass.r0 = r;
        pass.r1 = min(layer.R, r + chunkValues.passRows);
        pass.s0 = s;
        pass.s1 = min(layer.S, s + chunkValues.passColumns);
        findPixels(chunkValues.chunksAt(i), pass);
        for (let c = 0; c < layer.C; c++) chunkValues.setValuesAt(at++, <u16>valuesOf(c));
      }
}
