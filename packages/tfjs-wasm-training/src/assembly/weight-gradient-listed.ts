import { addScaled, nextWidth } from "./add-scaled";

/**
 * For each channel of a map [positions][channels] the list of its nonzero values: entries of 8 bytes, the position's offset
 * of `offsets` and the value. `ends[channel]` says where its list goes on, and is moved behind it.
 */
export function listChannels(map: usize, offsets: usize, positions: i32, channels: i32, ends: usize): void {
  const fours = channels & ~3;
  for (let i = 0; i < positions; i++) {
    const offset = load<u32>(offsets + ((<usize>i) << 2));
    let c = 0;
    for (; c < fours; c += 4, map += 16) {
      let found = i32x4.bitmask(f32x4.ne(v128.load(map), f32x4.splat(0)));
      while (found !== 0) {
        const lane = ctz(found);
        found &= found - 1;
        append(ends + ((<usize>(c + lane)) << 2), offset, load<f32>(map + ((<usize>lane) << 2)));
      }
    }
    for (; c < channels; c++, map += 4) {
      const value = load<f32>(map);
      if (value !== 0) append(ends + ((<usize>c) << 2), offset, value);
    }
  }
}

// @ts-expect-error: a decorator of AssemblyScript
function append(end: usize, offset: u32, value: f32): void {
  const at = load<u32>(end);
  store<u32>(<usize>at, offset);
  store<f32>(<usize>at, value, 4);
  store<u32>(end, at + 8);
}

/**
 * sums[channel][run][pitch] += the sum over the channel's list of value * frame[offset + run ...], a row of `pitch` bytes.
 * The list of channel c lies from lists + c * listBytes to ends[c].
 */
export function addLists(
  frame: usize,
  runs: usize,
  runCount: i32,
  lists: usize,
  listBytes: i32,
  ends: usize,
  channels: i32,
  pitch: i32,
  sums: usize,
): void {
  const sixteens = pitch >> 6;
  for (let run = 0; run < runCount; run++) {
    const from = frame + <usize>load<u32>(runs + ((<usize>run) << 2));
    for (let done = 0, width = 0; done < sixteens; done += width) {
      width = nextWidth(sixteens - done);
      const shift = (<usize>done) << 6;
      for (let c = 0; c < channels; c++) {
        const list = lists + <usize>c * <usize>listBytes;
        const end = <usize>load<u32>(ends + ((<usize>c) << 2));
        if (list < end)
          addScaled(
            width,
            from + shift,
            list,
            end,
            sums + <usize>(c * runCount + run) * <usize>pitch + shift,
          );
      }
    }
  }
}
