import { machine } from "./layout";

/** Tiles of a list of an emap's nonzeros, whose bits are places of a chunk: they divide all places among them. */

/** The last place of each of a list's tiles; the last tile ends with the last place of all. */
export function tileEndsOf(list: u64): u64 {
  let ends: u64 = (<u64>1) << 63;
  let left = list;
  for (;;) {
    for (let i = 0; i < machine.tileValues; i++) left &= left - 1;
    if (left === 0) break;
    ends |= (left & -left) >> 1;
  }
  return ends;
}

/** The places of a list's last tile. */
export function lastTileOf(list: u64, tileEnds: u64): u64 {
  return list & ~upTo(tileEnds & ~((<u64>1) << 63));
}

/** All places up to the highest of these. */
export function upTo(places: u64): u64 {
  return places === 0 ? 0 : ~(<u64>0) >> clz<u64>(places);
}
