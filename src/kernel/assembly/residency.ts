/** What one residency works on, as the host dealt it. */
@unmanaged
export class Residency {
  r0: i32;
  r1: i32;
  firstOfKs: i32;
  firstOfChannels: i32;
  /** its k's are the last: a team without any has no work any more */
  lastKs: i32;
  /** number of its list of k's; residencies with the same k's have the same list */
  ksList: i32;
  /** likewise of its channels */
  channelList: i32;
  /** [team + 1] where a team's k's begin, then the k's of all */
  private ks: usize;
  /** [domain x channelSlice + 1] where a slice's channels begin, then the channels of all */
  private channels: usize;
  private teams: i32;
  private slices: i32;

  firstK(team: i32): i32 {
    return load<i32>(this.ks + team * 4);
  }

  kCount(team: i32): i32 {
    return this.firstK(team + 1) - this.firstK(team);
  }

  /** The k at a place in a team's list. */
  k(team: i32, place: i32): i32 {
    return load<i32>(this.ks + (this.teams + 1 + this.firstK(team) + place) * 4);
  }

  firstChannel(slice: i32): i32 {
    return load<i32>(this.channels + slice * 4);
  }

  channelCount(slice: i32): i32 {
    return this.firstChannel(slice + 1) - this.firstChannel(slice);
  }

  /** The i-th channel in the lists of all slices. */
  channel(i: i32): i32 {
    return load<i32>(this.channels + (this.slices + 1 + i) * 4);
  }
}
