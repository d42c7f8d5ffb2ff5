#!/usr/bin/env node
// Plain JavaScript of an old kind, so that an old Node gets as far as the line that says it is too old.
import * as module from "node:module";

var WANTED = [22, 19];
var found = process.versions.node.split(".").map(Number);
if (found[0] < WANTED[0] || (found[0] === WANTED[0] && found[1] < WANTED[1])) {
  process.stderr.write(
    "jackfield needs Node " + WANTED.join(".") + " or newer; this is " + process.versions.node + "\n",
  );
  process.exit(3);
}
// Compiled code is kept between runs: it halves the time to start.
if (module.enableCompileCache) module.enableCompileCache();
module.createRequire(import.meta.url)("../dist/main.cjs");
