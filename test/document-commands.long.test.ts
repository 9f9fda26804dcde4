import { describe, expect, it } from "vitest";
import { pages } from "./document-blocks.ts";
import { commandsOf, testCommandsOf } from "./document-commands.ts";

describe.each(pages.filter((page) => commandsOf(page).length > 0))(
  "does every command in %s work as typed?",
  testCommandsOf,
);

describe("are there commands in the pages of docs/?", () => {
  it("more than those that every document has", () => {
    expect(pages.flatMap(commandsOf).length).toBeGreaterThan(40);
  });
});
