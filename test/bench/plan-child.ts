import { compareTrees } from "../../src/commands/change/compare.ts";
import { compile } from "../../src/compile.ts";
import { makeEstate } from "./estate.ts";

// One measurement in a process of its own, so that nothing is warm: `plan` or `compile` of 1,000 files, one of them changed.

const SIZE = { connections: 999, deployments: 20 };
const base = makeEstate(SIZE);
const head = base.map((file) =>
  file.path === "connections/c7.yaml"
    ? { ...file, text: file.text.replace("h7.example", "moved.example") }
    : file,
);
const start = performance.now();
if (process.argv[2] === "compile") compile(head);
else {
  const { change } = compareTrees({
    tool: "bench",
    base: { tree: "base", files: base },
    head: { tree: "head", files: head },
  });
  if (change.deployments.length !== SIZE.deployments)
    throw new Error("one Connection is to change everywhere");
}
process.stdout.write(`${JSON.stringify((performance.now() - start) / 1000)}\n`);
