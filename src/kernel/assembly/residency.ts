import { alloc } from "./arena";
import { ResidencyTables, residencyTables } from "./layout";

/** What one residency works on, as the host dealt it. */
@unmanaged
export class Residency extends ResidencyTables {
  firstK(team: i32): i32 {
    return this.ksAt(team);
  }

  kCount(team: i32): i32 {
    return this.firstK(team + 1) - this.firstK(team);
  }

  /** The k at a place in a team's list. */
  k(team: i32, place: i32): i32 {
    return this.ksAt(this.teams + 1 + this.firstK(team) + place);
  }

  firstChannel(slice: i32): i32 {
    return this.channelsAt(slice);
  }

  channelCount(slice: i32): i32 {
    return this.firstChannel(slice + 1) - this.firstChannel(slice);
  }

  /** The i-th channel in the lists of all slices. */
  channel(i: i32): i32 {
    return this.channelsAt(this.slices + 1 + i);
  }
}

/** Keeps the residency that the host has just written. */
export function keptResidency(): Residency {
  const kept = alloc(offsetof<ResidencyTables>());
  memory.copy(kept, changetype<usize>(residencyTables), offsetof<ResidencyTables>());
  return changetype<Residency>(kept);
}
