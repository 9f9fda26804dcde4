import { allocZeros } from "./arena";
import { ChannelNonzerosEmap, ChannelNonzerosFmap, channelNonzeros, layer } from "./layout";
import * as maps from "./maps";

/** `ChannelNonzeros` */
export function countChannels(): void {
  const found = channelNonzeros;
  found.fmap = allocZeros(<u64>layer.C * sizeof<ChannelNonzerosFmap>());
  found.emap = allocZeros(<u64>layer.K * sizeof<ChannelNonzerosEmap>());
  for (let n = 0; n < layer.N; n++) {
    for (let c = 0; c < layer.C; c++)
      found.setFmapAt(
        c,
        found.fmapAt(c) + onesBetween(maps.fmapRow(n, c, 0, 0), maps.fmapRow(n, c + 1, 0, 0)),
      );
    for (let k = 0; k < layer.K; k++)
      found.setEmapAt(k, found.emapAt(k) + onesBetween(maps.emapRow(n, k, 0), maps.emapRow(n, k + 1, 0)));
  }
}

function onesBetween(from: usize, to: usize): f64 {
  let ones: i64 = 0;
  for (let at = from; at < to; at += 8) ones += popcnt<u64>(load<u64>(at));
  return <f64>ones;
}
