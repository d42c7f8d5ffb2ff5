import type { Compiled } from "../../src/compile.ts";
import { positionAt, type Span } from "../../src/core/source.ts";
import type { EffectiveDeployment, EffectiveObject, Origin } from "../../src/model/effective.ts";
import type { Node } from "../../src/model/tree.ts";

/** Everything that is effective, as text: one line a field, and below it the places it came from, last one wins. */
export function listEffective({ workspaces }: Pick<Compiled, "workspaces">): string {
  const parts = workspaces.flatMap(({ effective }) =>
    effective.deployments.map((one) => listDeployment(effective.workspace.name.value, one)),
  );
  return parts.join("\n");
}

function listDeployment(workspace: string, { deployment, objects }: EffectiveDeployment): string {
  const title = `${workspace}/${deployment.name.value}\n`;
  return objects.length === 0 ? `${title}  nothing\n` : title + objects.map(listObject).join("");
}

function listObject({ kind, id, type, auth, fields, unset }: EffectiveObject): string {
  const facts = [type?.value, auth === undefined ? undefined : `auth ${auth}`].filter(Boolean).join(", ");
  const lines = [...fields.values()].map(
    ({ path, value, origins }) => `    ${path} = ${plain(value)}\n${origins.map(listOrigin).join("")}`,
  );
  const gone = [...unset].map(([path, origins]) => `    ${path} unset\n${origins.map(listOrigin).join("")}`);
  return `  ${kind} ${id}${facts === "" ? "" : ` (${facts})`}\n${[...lines, ...gone].join("")}`;
}

function listOrigin({ at, by, selector, unset }: Origin): string {
  const how = [unset && "unset by", by, selector].filter(Boolean).join(" ");
  return `      ${how} at ${listPlace(at)}\n`;
}

function listPlace(at: Span): string {
  const { line, column } = positionAt(at.file, at.start);
  return `${at.file.path}:${line}:${column}`;
}

/** A value on one line, sealed leaves masked. */
export function plain(node: Node): string {
  switch (node.kind) {
    case "sealed":
      return "[secret]";
    case "scalar":
      return typeof node.value === "string" ? JSON.stringify(node.value) : node.source || "null";
    case "seq":
      return `[${node.items.map(plain).join(", ")}]`;
    case "map":
      return `{${node.entries.map(({ key, value }) => `${key}: ${plain(value)}`).join(", ")}}`;
  }
}
