import { defect } from "../defect.ts";
import { EXIT } from "../outcome.ts";
import { runAction } from "./run.ts";

// The process of a step of a workflow.

runAction({ out: (text) => void process.stdout.write(text), env: process.env })
  .catch((error: unknown) => {
    process.stdout.write(`::error::${defect(error)}`);
    return EXIT.environment;
  })
  .then((exit) => {
    process.exitCode = exit;
  });
