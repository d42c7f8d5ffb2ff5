import { judge, partialOnes, troublesOf } from "../../codeowners/check.ts";
import { parseRules } from "../../codeowners/rules.ts";
import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { Outcome } from "../../outcome.ts";
import { count } from "../estate.ts";
import { type Needed, NOTHING, neededOwners, type OwnersPorts } from "./needed.ts";

/**
 * `jackfield codeowners check`: an error for each file by which something reaches an environment that demands approvals, and that not
 * only those own who may give them.
 */
export function checkOwners(ports: OwnersPorts): Outcome {
  const needed = neededOwners(ports);
  if ("result" in needed) return needed;
  const { estate, file, needs } = needed;
  const common = { compiled: estate.compiled };
  if (needs.length === 0) {
    return { ...common, diagnostics: estate.diagnostics, result: { file: null, files: 0 }, text: NOTHING };
  }
  const troubles = troublesIn(needed);
  const diagnostics = [...estate.diagnostics, ...partialOnes(needs), ...troubles];
  const isFine = troubles.every(({ severity }) => severity !== "error");
  return {
    ...common,
    diagnostics,
    result: { file: file.path, files: needs.length },
    text: isFine ? `${file.path}: ${count(needs.length, "file")}, each owned by who may approve\n` : "",
  };
}

function troublesIn({ file, isThere, needs, files }: Needed): readonly Diagnostic[] {
  if (!isThere) {
    return [diagnostic("JF804", undefined, {}, { hint: "`jackfield codeowners generate` writes one" })];
  }
  const { rules, unknown } = parseRules(file);
  return [...unknown.map((at) => diagnostic("JF803", at, {})), ...troublesOf(judge(needs, rules, files))];
}
