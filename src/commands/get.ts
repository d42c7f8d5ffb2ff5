import type { EffectiveField, EffectiveObject } from "../model/effective.ts";
import { leaves } from "../model/tree.ts";
import type { Outcome } from "../outcome.ts";
import type { Files } from "../ports.ts";
import { table } from "../render/table.ts";
import { isOutcome, type Narrowing, openEstate, type Placed, placedDeployments } from "./estate.ts";

/** `jackfield get`: what each Deployment ends up with, by name, never by value. */
export function get(files: Files, narrowing: Narrowing): Outcome {
  const estate = openEstate(files, narrowing);
  if (isOutcome(estate)) return estate;
  const placed = placedDeployments(estate, narrowing.deployment);
  if ("result" in placed) return placed;
  return {
    diagnostics: estate.diagnostics,
    result: { deployments: placed.map(toJson) },
    text: placed.map(toText).join("\n"),
    compiled: estate.compiled,
  };
}

function toText({ workspace, effective }: Placed): string {
  const { name, environment, cluster, namespace, delivery, paused } = effective.deployment;
  const facts = [
    `environment ${environment.value}`,
    `cluster ${cluster.value}`,
    `namespace ${namespace.value}`,
    `delivery ${delivery}`,
    ...(paused === undefined ? [] : ["paused"]),
  ];
  const title = `${workspace.declarations.workspace.name.value}/${name.value}: ${facts.join(", ")}\n`;
  if (effective.objects.length === 0) return `${title}  nothing\n`;
  const rows = effective.objects.map((object) => [
    object.kind,
    object.id,
    [object.type?.value, object.auth].filter(Boolean).join(", "),
    fieldNames(object),
  ]);
  return title + table([["KIND", "ID", "TYPE, AUTH", "FIELDS (* from a Credential)"], ...rows], "  ");
}

function fieldNames({ fields }: EffectiveObject): string {
  return [...fields.values()].map((field) => `${field.path}${isSealed(field) ? "*" : ""}`).join(" ");
}

function toJson({ workspace, effective }: Placed): unknown {
  const { name, environment, cluster, namespace, delivery } = effective.deployment;
  return {
    workspace: workspace.declarations.workspace.name.value,
    name: name.value,
    environment: environment.value,
    cluster: cluster.value,
    namespace: namespace.value,
    delivery,
    objects: effective.objects.map(({ kind, id, type, auth, fields }) => ({
      kind,
      id,
      ...(type && { type: type.value }),
      ...(auth !== undefined && { auth }),
      fields: [...fields.values()].map((field) => ({ path: field.path, sealed: isSealed(field) })),
    })),
  };
}

/** True if any part of a field is ciphertext. */
export function isSealed({ value }: EffectiveField): boolean {
  for (const leaf of leaves(value)) if (leaf.kind === "sealed") return true;
  return false;
}
