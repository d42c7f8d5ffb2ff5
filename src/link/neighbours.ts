import { specOf, typeOf } from "../catalogue/index.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { nearest } from "../core/nearest.ts";
import { once } from "../core/once.ts";
import type { Deployment } from "../model/declaration.ts";
import type { EffectiveDeployment, EffectiveObject } from "../model/effective.ts";
import { textOf } from "../model/tree.ts";
import { createFindings, type Findings, memberName } from "./findings.ts";

/** What objects of one Deployment are to each other (design: 3.1, rules 7 and 8): twins and references. */
export function checkNeighbours(
  deployments: readonly EffectiveDeployment[],
  broken: ReadonlySet<string>,
  report: (trouble: Diagnostic) => void,
): void {
  const findings = createFindings();
  const twins = twinNames(deployments);
  for (const { deployment, objects } of deployments) {
    checkTwins(deployment, objects, twins, findings);
    checkReferences(deployment, objects, findings, broken);
  }
  for (const trouble of findings.all()) report(trouble);
}

/**
 * Airflow upper-cases ids in environment names, so ids that differ in case only are one there. Gives the ids that
 * have such a twin anywhere, to look only at those in each Deployment.
 */
function twinNames(deployments: readonly EffectiveDeployment[]): ReadonlyMap<string, string> {
  const byName = new Map<string, Set<string>>();
  for (const { declaration } of new Set(deployments.flatMap(({ objects }) => objects))) {
    if (declaration.kind === "EnvironmentVariable") continue;
    const name = `${declaration.kind} ${declaration.id.value.toUpperCase()}`;
    byName.set(name, (byName.get(name) ?? new Set()).add(`${declaration.kind} ${declaration.id.value}`));
  }
  const twins = [...byName].filter(([, ids]) => ids.size > 1);
  return new Map(twins.flatMap(([name, ids]) => [...ids].map((id) => [id, name] as const)));
}

function checkTwins(
  deployment: Deployment,
  objects: readonly EffectiveObject[],
  twins: ReadonlyMap<string, string>,
  findings: Findings,
): void {
  if (twins.size === 0) return;
  const seen = new Map<string, EffectiveObject>();
  for (const object of objects) {
    const name = twins.get(`${object.kind} ${object.id}`);
    if (name === undefined) continue;
    const first = seen.get(name);
    seen.set(name, first ?? object);
    if (first) reportTwins(first, object, deployment, findings);
  }
}

function reportTwins(
  first: EffectiveObject,
  second: EffectiveObject,
  deployment: Deployment,
  findings: Findings,
): void {
  const { id } = second.declaration;
  const params = { kind: first.kind, one: first.id, other: second.id };
  const related = [{ at: first.declaration.id.at, message: "its twin" }];
  findings.add(`JF428 ${first.kind} ${first.id} ${second.id}`, [memberName(deployment, false)], (where) =>
    diagnostic("JF428", id.at, { ...params, where }, { related, hint: "rename one of them" }),
  );
}

interface Reference {
  readonly path: string;
  readonly to: string;
  readonly at: Diagnostic["at"];
}

function checkReferences(
  deployment: Deployment,
  objects: readonly EffectiveObject[],
  findings: Findings,
  broken: ReadonlySet<string>,
): void {
  let ids: ReadonlySet<string> | undefined;
  for (const object of objects) {
    for (const { path, to, at } of referencesOf(object)) {
      ids ??= new Set(objects.filter(({ kind }) => kind === "Connection").map(({ id }) => id));
      if (ids.has(to) || broken.has(`Connection/${to}`)) continue;
      const close = nearest(to, ids);
      const hint = close ? `did you mean \`${close}\`?` : "link that connection to the same Deployments";
      findings.add(`JF424 ${object.id} ${path} ${at?.start}`, [memberName(deployment, false)], (where) =>
        diagnostic("JF424", at, { field: path, id: object.id, where }, { hint }),
      );
    }
  }
}

/** The plain fields that name another connection, such as `extra.aws_conn_id`. */
const referencesOf = once((object: EffectiveObject): readonly Reference[] => {
  const type = object.type && typeOf(object.type.value);
  if (!type) return [];
  return [...object.fields.values()].flatMap(({ path, value }) => {
    const to = specOf(type, path)?.connection ? textOf(value) : undefined;
    return to ? [{ path, to, at: value.span }] : [];
  });
});
