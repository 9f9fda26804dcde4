import { expect, it } from "vitest";
import { json, trace } from "../../../test/searches.ts";
import type { Exploration } from "../../sweep/exploration.ts";
import { progressSentence, watchStore } from "./watch.ts";

it("shows what a store has when somebody asks, and asks again by itself", async () => {
  const exploration = await json<Exploration>(`sweep swg.columns=2,4,8 ${trace} --objectives cycles,areaMm2`);
  const [, ...others] = exploration.points;
  /** The search with some of its points missing. */
  const holding = (missing: typeof others): Exploration => ({
    ...exploration,
    points: exploration.points.slice(0, 3 - missing.length),
    front: [0],
    missing: missing.map(({ values }) => values),
    counts: { ...exploration.counts, missing: missing.length },
  });
  const states = [holding(others), holding(others.slice(1)), holding([])];
  const state = async () => ({ exploration: states.length > 1 ? states.shift()! : states[0], total: 3 });
  const controller = new AbortController();
  let address: (text: string) => void = () => {};
  const told = new Promise<string>((found) => {
    address = found;
  });
  const io = { out: (text: string) => address(text.trim()), err: () => {}, terminal: false };
  const ended = watchStore(state, false, io, controller.signal, 0);
  const url = await told;
  for (const done of [2, 3]) {
    const answer = await fetch(url);
    expect(answer.headers.get("refresh")).toBe("10");
    const page = await answer.text();
    expect(page).toContain(`${done} of 3 points are there`);
    expect(page).not.toContain("figures/");
  }
  expect((await fetch(`${url}other`)).status).toBe(404);
  controller.abort();
  await ended;
});

it("says how fast the others are, and how long they will take", () => {
  const begun = { at: 0, done: 100 };
  expect(progressSentence(150, 200, begun, 3_600_000)).toBe(
    "150 of 200 points are there. 50 came in the last 1 h 0 min, 50 an hour: 1 h 0 min left. This page asks again every 10 s.",
  );
  expect(progressSentence(100, 200, begun, 500)).toBe(
    "100 of 200 points are there. This page asks again every 10 s.",
  );
});
