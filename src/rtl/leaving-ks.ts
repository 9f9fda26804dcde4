import type { ArrayRecord } from "./array-record.ts";
import type { PeContents } from "./pe-contents.ts";

/** A k of a team whose sums leave. */
export interface LeavingK {
  readonly k: number;
  /** among all of the team's */
  readonly number: number;
  /** [channel slice] fmap channels of its sums */
  readonly channels: readonly (readonly number[])[];
  /** first kernel row of its sums */
  readonly r0: number;
  /** [channel slice] trace vectors of its wanted sums */
  readonly wanted: readonly (readonly number[])[];
  readonly times: ArrayRecord["drains"][number][number];
}

/** A team's k's in the order in which they leave; its columns are in `domain`. */
export function* leavingKs(
  record: ArrayRecord,
  contents: PeContents,
  team: number,
  domain: number,
): Generator<LeavingK> {
  let number = 0;
  for (const { plan } of record.episodes) {
    if (!plan.lastOfResidency) continue;
    const { residency } = plan;
    const channels = residency.channels[domain];
    const [r0] = residency.kernelRows;
    for (const k of residency.ks[team]) {
      const wanted = channels.map((own) => contents.maskOf([k], own, r0));
      yield { k, number, channels, r0, wanted, times: record.drains[team][number] };
      number++;
    }
  }
}
