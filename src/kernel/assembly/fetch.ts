/** How something came into the global buffer. */
@unmanaged
export class Fetch {
  /** cycle up to which DRAM was at work for others while there was no room for it */
  busy: i64;
  /** cycle at which there was room for it */
  room: i64;
  /** cycle at which it was there */
  inBuffer: i64;

  setFetch(from: Fetch): void {
    this.busy = from.busy;
    this.room = from.room;
    this.inBuffer = from.inBuffer;
  }
}
