import { specOf, typeOf } from "../catalogue/index.ts";
import { hasErrors } from "../core/diagnostic.ts";
import { mayTell } from "../core/patterns.ts";
import { positionAt, type Span } from "../core/source.ts";
import { createDirectory, type Subject } from "../link/directory.ts";
import { createSelection } from "../link/layers.ts";
import { reachOf } from "../link/reach.ts";
import { describe } from "../link/select.ts";
import { STANDARD_SPECS } from "../link/values.ts";
import type { EffectiveField, EffectiveObject, Origin } from "../model/effective.ts";
import type { Node } from "../model/tree.ts";
import { type Outcome, usage } from "../outcome.ts";
import type { Files } from "../ports.ts";
import { table } from "../render/table.ts";
import {
  isOutcome,
  type Narrowing,
  openEstate,
  type Placed,
  placedDeployments,
  unknownName,
} from "./estate.ts";
import { isSealed } from "./get.ts";

/** One object in one Deployment: its fields and where each comes from, or the rule that keeps it away. */
interface Explanation {
  readonly workspace: string;
  readonly deployment: string;
  readonly kind: string;
  readonly id: string;
  readonly reaches: boolean;
  /** The rule in words, and the places it rests on. */
  readonly because: readonly Reason[];
  readonly type?: string;
  readonly auth?: string;
  readonly fields: readonly ExplainedField[];
}

interface Reason {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
}

interface ExplainedField {
  readonly path: string;
  /** As written; `[secret]`; or `[not shown]` where nothing says that it is no secret. */
  readonly value: string;
  /** The last one wins. */
  readonly chain: readonly Reason[];
}

/** `jackfield explain ID --deployment D`: why a Deployment has an object as it is, or has it not. */
export function explain(files: Files, id: string, narrowing: Narrowing): Outcome {
  const estate = openEstate(files, narrowing);
  if (isOutcome(estate)) return estate;
  const placed = placedDeployments(estate, narrowing.deployment);
  if ("result" in placed) return placed;
  const explanations = placed.flatMap((one) => explainIn(one, id));
  if (explanations.length === 0) {
    // It may stand in a document that was refused: the diagnostics say so.
    if (hasErrors(estate.diagnostics)) {
      return { diagnostics: estate.diagnostics, result: null, text: "", compiled: estate.compiled };
    }
    const known = placed.flatMap(({ workspace }) => workspace.declarations.objects.map((o) => o.id.value));
    return usage(unknownName("object", id, [...new Set(known)]));
  }
  return {
    diagnostics: estate.diagnostics,
    result: { explanations },
    text: explanations.map(toText).join("\n"),
    compiled: estate.compiled,
  };
}

function explainIn({ workspace, effective }: Placed, id: string): readonly Explanation[] {
  const directory = createDirectory(workspace.declarations, () => {});
  const deployment = effective.deployment.name.value;
  const index = directory.deployments.findIndex(({ name }) => name.value === deployment);
  return directory.subjects
    .filter((subject) => subject.id === id)
    .map((subject) => {
      const object = effective.objects.find((one) => one.kind === subject.kind && one.id === id);
      const selection = createSelection(directory.deployments);
      return {
        workspace: workspace.declarations.workspace.name.value,
        deployment,
        kind: subject.kind,
        id,
        reaches: object !== undefined,
        because: reasons(subject, selection, index, deployment),
        ...(object?.type && { type: object.type.value }),
        ...(object?.auth !== undefined && { auth: object.auth }),
        fields: object ? explainFields(object) : [],
      };
    });
}

function reasons(
  subject: Subject,
  selection: ReturnType<typeof createSelection>,
  index: number,
  deployment: string,
): readonly Reason[] {
  const own = subject.own.get(deployment);
  if (own) return [reason("declared for this Deployment alone", own.id.at)];
  const object = subject.shared;
  if (!object) {
    return [...subject.own].map(([name, one]) => reason(`declared for Deployment ${name} alone`, one.id.at));
  }
  const reach = reachOf(selection, object, subject.links);
  const exclusion = reach.excludedBy(index);
  if (exclusion) return [reason(`excluded: ${describe(exclusion)}`, exclusion.at)];
  const links = subject.links.filter(({ to }) => selection.of(to)[index] === 1);
  if (object.sharing.value === "all") return [reason("sharing: all", object.sharing.at)];
  if (links.length > 0) return links.map((link) => reason(`linked to ${describe(link.to)}`, link.at));
  return [
    reason("sharing: restricted, and no Link selects this Deployment", object.sharing.at),
    ...subject.links.map((link) => reason(`linked only to ${describe(link.to)}`, link.at)),
  ];
}

function explainFields(object: EffectiveObject): readonly ExplainedField[] {
  const set = [...object.fields.values()].map((field) => ({
    path: field.path,
    value: shownValue(object, field),
    chain: field.origins.map(chainLink),
  }));
  const unset = [...object.unset].map(([path, origins]) => ({
    path,
    value: "[unset]",
    chain: origins.map(chainLink),
  }));
  return [...typing(object), ...set, ...unset];
}

/** The type and the authentication method; one that is not written is told from the fields. */
function typing({ type, auth, typing: origins, declaration }: EffectiveObject): readonly ExplainedField[] {
  const told = reason("told from the fields", declaration.id.at);
  const row = (path: string, value: string | undefined, chain: readonly Origin[]) =>
    value === undefined ? [] : [{ path, value, chain: chain.length > 0 ? chain.map(chainLink) : [told] }];
  return [...row("type", type?.value, origins.type), ...row("auth", auth, origins.auth)];
}

/** Only what the catalogue calls plain is shown. */
function shownValue(object: EffectiveObject, field: EffectiveField): string {
  if (field.credential || isSealed(field)) return "[secret]";
  const type = object.type && typeOf(object.type.value);
  const spec = type ? specOf(type, field.path) : STANDARD_SPECS[field.path];
  if (!spec || spec.secret || object.kind !== "Connection") return "[not shown]";
  return sourceOf(field.value);
}

function sourceOf(node: Node): string {
  switch (node.kind) {
    case "scalar":
      if (typeof node.value !== "string") return node.source;
      return mayTell(node.value) ? "[not shown]" : JSON.stringify(node.value);
    case "sealed":
      return "[secret]";
    case "seq":
      return `[${node.items.map(sourceOf).join(", ")}]`;
    case "map":
      return `{${node.entries.map(({ key, value }) => `${key}: ${sourceOf(value)}`).join(", ")}}`;
  }
}

function chainLink({ at, by, selector, unset }: Origin): Reason {
  const what = selector === undefined ? by : `${by} for ${selector}`;
  return reason(unset ? `unset by ${what}` : what, at);
}

function reason(rule: string, at: Span): Reason {
  return { rule, file: at.file.path, line: positionAt(at.file, at.start).line };
}

function toText(explanation: Explanation): string {
  const { kind, id, workspace, deployment, reaches, because, fields } = explanation;
  const verdict = reaches
    ? `reaches ${workspace}/${deployment}`
    : `does not reach ${workspace}/${deployment}`;
  const title = `${kind} ${id} ${verdict}\n`;
  const why = table(
    because.map(({ rule, file, line }) => [rule, `${file}:${line}`]),
    "  because ",
  );
  const rows = fields.flatMap(({ path, value, chain }) =>
    chain.map(({ rule, file, line }, i) => {
      const wins = i > 0 && i === chain.length - 1 ? " (wins)" : "";
      return [i === 0 ? path : "", i === 0 ? value : "", `${file}:${line}`, `${rule}${wins}`];
    }),
  );
  return `${title}${why}${rows.length > 0 ? `\n${table(rows, "  ")}` : ""}`;
}
