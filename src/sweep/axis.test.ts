import { describe, expect, it } from "vitest";
import { InputError } from "../input-error.ts";
import { parseAxis } from "./axis.ts";

describe("which values does a sweep take?", () => {
  it.each([
    ["batch=1,2, 4", "batch", [1, 2, 4]],
    ["swg.vdt=none,both", "swg.vdt", ["none", "both"]],
    ["swg.chunks=3", "swg.chunks", [3]],
    ["density.fmap=0.1:0.3:0.1", "density.fmap", [0.1, 0.2, 0.3]],
    ["density.fmap=.05:1:.25", "density.fmap", [0.05, 0.3, 0.55, 0.8]],
    ["swg.rows=8:8:1", "swg.rows", [8]],
    // one that is no number makes all of them names
    ["x.y=1,two", "x.y", ["1", "two"]],
  ])("%s", (text, name, values) => {
    expect(parseAxis(text)).toEqual({ name, values });
  });

  it.each([
    ["batch", "sweep must be a name"],
    ["=1", "sweep must be a name"],
    ["batch=", "sweep must be a name"],
    ["batch=1,,2", "sweep must be a name"],
    ["batch=1,2,1.0", "sweep of batch has 1 twice"],
    ["batch=4:1:1", "sweep of batch must be first:last:step"],
    ["batch=1:4:0", "sweep of batch must be first:last:step"],
    ["batch=1:4", "sweep of batch must be first:last:step"],
    ["batch=1:4:x", "sweep of batch must be first:last:step"],
    ["batch=1:201:1", "sweep of batch must have at most 200 values, has 201"],
    ["batch=1:1e9:1", "sweep of batch must be first:last:step"],
  ])("%s is refused", (text, message) => {
    expect(() => parseAxis(text)).toThrow(InputError);
    expect(() => parseAxis(text)).toThrow(message);
  });
});
