import { describe, expect, it } from "vitest";
import { commandsOf, testCommandsOf } from "./document-commands.ts";

describe("does every command in README.md work as typed?", () => {
  it("there are some", () => expect(commandsOf("README.md").length).toBeGreaterThan(3));

  testCommandsOf("README.md");
});
