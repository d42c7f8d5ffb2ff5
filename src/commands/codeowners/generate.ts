import { lineFor, withBlock, withoutBlock } from "../../codeowners/block.ts";
import { judge, partialOnes } from "../../codeowners/check.ts";
import type { Need } from "../../codeowners/needs.ts";
import { parseRules } from "../../codeowners/rules.ts";
import { diagnostic } from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import { type Outcome, usage } from "../../outcome.ts";
import type { TreeWriter } from "../../ports.ts";
import { count } from "../estate.ts";
import { NOTHING, neededOwners, type OwnersPorts } from "./needed.ts";

export interface GeneratePorts extends OwnersPorts {
  readonly writer: TreeWriter;
}

/**
 * `jackfield codeowners generate`: writes into CODEOWNERS what it lacks so that each change of what reaches an environment is reviewed by
 * who may approve it. Only lines between two marks are ours; what people wrote stays, and is enough where it is right.
 */
export function generateOwners(ports: GeneratePorts, wanted: string | undefined): Outcome {
  const needed = neededOwners(ports);
  if ("result" in needed) return needed;
  const { estate, file, isThere, needs, files } = needed;
  const { rules } = parseRules(withoutBlock(file));
  const verdicts = judge(needs, rules, files).filter(({ isOwned }) => !isOwned);
  const missing = [...new Set(verdicts.map(({ need }) => need))];
  const organisation = wanted ?? organisationIn(file);
  if (organisation === undefined && missing.some(({ teams }) => teams.length > 0)) {
    return usage(diagnostic("JF805", undefined, {}, { hint: "name it: `--org acme`" }));
  }
  const unnamable = missing.filter((need) => lineFor(need, organisation) === undefined);
  const named = unnamable.map(({ path, at }) =>
    diagnostic("JF806", at, { path }, { hint: "rename it: no `[`, `]` or end of a line" }),
  );
  const after = withBlock(withoutBlock(file).text, linesFor(missing, organisation));
  const isChanged = unnamable.length === 0 && after !== file.text;
  if (isChanged) {
    const before = isThere ? file.text : undefined;
    ports.writer.replaceAll(new Map([[file.path, { before, after: after === "" ? undefined : after }]]));
  }
  return {
    diagnostics: [...estate.diagnostics, ...partialOnes(needs), ...named],
    result: { file: file.path, rules: missing.length, changed: isChanged },
    text: unnamable.length > 0 ? "" : textOf(file, needs, missing, isChanged),
    compiled: estate.compiled,
  };
}

function linesFor(missing: readonly Need[], organisation: string | undefined): readonly string[] {
  return missing.flatMap((need) => lineFor(need, organisation) ?? []);
}

/** The organisation of the teams that are there, if it is one. */
function organisationIn({ text }: SourceFile): string | undefined {
  const found = new Set(Array.from(text.matchAll(/@([\w-]+)\/[\w.-]+/g), ([, name = ""]) => name));
  return found.size === 1 ? [...found][0] : undefined;
}

function textOf(
  { path }: SourceFile,
  needs: readonly Need[],
  missing: readonly Need[],
  isChanged: boolean,
): string {
  if (needs.length === 0 && !isChanged) return NOTHING;
  const own = `${path}: ${count(missing.length, "rule")} of ours`;
  return `${own}, for ${count(needs.length, "file")} in all${isChanged ? "" : "; nothing changed"}\n`;
}
