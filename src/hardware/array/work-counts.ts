import type { ItemWork } from "./episode.ts";

/** What the lists and jobs that columns are asked for add up to. */
export class WorkCounts {
  macs = 0;
  sumVisits = 0;
  looks = 0;
  jobs = 0;
  jobCycles = 0;
  fmapReadBytes = 0;
  emapReadBytes = 0;
  maskReadBytes = 0;
  listWords = 0;
  listWordWrites = 0;
  listWordReads = 0;
  drainedCouples = 0;

  add(work: ItemWork): void {
    for (const { pairs, looks, cycles, rest, visits } of work.jobs) {
      this.macs += pairs;
      this.sumVisits += visits;
      this.looks += looks;
      this.jobCycles += cycles + rest;
      if (cycles > 0) this.jobs++;
    }
    this.emapReadBytes += work.emapBytes;
    this.maskReadBytes += work.maskBytes;
    this.listWords += work.portWords;
    this.listWordWrites += work.listWrites;
    this.listWordReads += work.listReads;
  }
}
