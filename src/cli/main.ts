#!/usr/bin/env node
/** The oldest Node that can run the program, as package.json says. */
const least = [20, 19];
const [major, minor] = process.versions.node.split(".").map(Number);

function fail(line: string): void {
  process.stderr.write(`error: ${line}\n`);
  process.exitCode = 1;
}

// the program is loaded behind this check: an older Node knows neither its syntax nor its libraries'
if (major < least[0] || (major === least[0] && minor < least[1]))
  fail(`Node must be ${least.join(".")} or newer, is ${process.versions.node} (${process.execPath})`);
else
  import("./program.ts").then(
    ({ runProgram }) => runProgram(),
    (error) => fail(`swg cannot be loaded: ${String(error.message).replace(/\s+/g, " ")}`),
  );
