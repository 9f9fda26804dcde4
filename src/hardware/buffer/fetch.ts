/** How something came into the global buffer. */
export interface Fetch {
  /** cycle up to which DRAM was at work for others while there was no room for it */
  readonly busy: number;
  /** cycle at which there was room for it */
  readonly room: number;
  /** cycle at which it was there */
  readonly inBuffer: number;
}
