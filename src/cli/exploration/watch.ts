import { duration, grouped } from "../../report/format.ts";
import type { Exploration } from "../../sweep/exploration.ts";
import { explorationPage } from "../../sweep/write-exploration.ts";
import type { Io } from "../io.ts";
import { servePage } from "../page-server.ts";

/** What a store holds at a moment, and of how many points. */
export interface StoreState {
  readonly exploration: Exploration;
  /** points of the search, or as many as were asked for */
  readonly total: number;
}

/** Seconds between two looks at a store. */
const refreshSeconds = 10;
/** A page is as old as this many times what making it took, so that watching a large store does not take a core. */
const restFactor = 5;

/** Shows a store that is being filled in a page, to this computer alone, until `signal` is aborted. `state` reads the store anew. */
export async function watchStore(
  state: () => Promise<StoreState>,
  open: boolean,
  io: Io,
  signal: AbortSignal,
  rest = restFactor,
): Promise<void> {
  let begun: Begun | undefined;
  let made: { readonly body: Buffer; readonly until: number } = { body: Buffer.of(), until: 0 };
  let making: Promise<Buffer> | undefined;
  const make = async (): Promise<Buffer> => {
    const started = performance.now();
    const found = await state();
    begun ??= { at: started, done: doneOf(found) };
    const body = await bodyOf(found, begun);
    const took = performance.now() - started;
    made = { body, until: performance.now() + rest * took };
    return body;
  };
  const page = async (): Promise<Buffer> => {
    if (performance.now() < made.until) return made.body;
    // two windows that ask at once get the same page
    making ??= make().finally(() => {
      making = undefined;
    });
    return making;
  };
  // what is wrong with a store is said before there is an address
  await make();
  await servePage({ page, refreshSeconds, open }, io, signal);
}

const doneOf = ({ exploration: { counts } }: StoreState): number => counts.looked - counts.missing;

interface Begun {
  readonly at: number;
  readonly done: number;
}

async function bodyOf(state: StoreState, begun: Begun): Promise<Buffer> {
  const { page } = await explorationPage(state.exploration, {
    first: progressSentence(doneOf(state), state.total, begun),
    files: false,
  });
  return Buffer.from(page);
}

/** How far a search is, and how fast it went while somebody watched. */
export function progressSentence(done: number, total: number, begun: Begun, now = performance.now()): string {
  const seconds = (now - begun.at) / 1000;
  const fresh = done - begun.done;
  const rate = fresh / seconds;
  const speed =
    fresh > 0 && seconds > 1
      ? ` ${grouped(fresh)} came in the last ${duration(seconds)}, ${grouped(rate * 3600)} an hour${done < total ? `: ${duration((total - done) / rate)} left` : ""}.`
      : "";
  return `${grouped(done)} of ${grouped(total)} points are there.${speed} This page asks again every ${refreshSeconds} s.`;
}
