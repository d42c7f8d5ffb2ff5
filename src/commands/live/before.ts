import { type Compiled, compile } from "../../compile.ts";
import { createViews } from "../../emit/view.ts";
import type { ObjectView } from "../../model/manifest.ts";
import type { ObjectName } from "../../model/plan.ts";
import type { History } from "../../ports.ts";
import type { Placed } from "../estate.ts";

/** What plain fields said at earlier commits. A commit is read and compiled when it is first asked for. */
export function createBefore(
  history: History,
): (placed: Placed) => (commit: string, object: ObjectName, path: string) => string | undefined {
  const commits = new Map<string, Compiled>();
  const compiledAt = (commit: string): Compiled => {
    const known = commits.get(commit) ?? compile(history.yamlAt(commit));
    commits.set(commit, known);
    return known;
  };
  return ({ workspace, effective }) => {
    const objects = new Map<string, ReadonlyMap<string, ObjectView>>();
    const { uid, name } = workspace.declarations.workspace;
    return (commit, object, path) => {
      const known =
        objects.get(commit) ??
        objectsAt(compiledAt(commit), uid ?? name.value, effective.deployment.name.value);
      objects.set(commit, known);
      const field = known.get(`${object.kind}/${object.id}`)?.fields.get(path);
      return field && "json" in field && field.shown ? field.json : undefined;
    };
  };
}

/** What a Deployment of a Workspace had, by kind and id. */
function objectsAt(
  { workspaces }: Compiled,
  identity: string,
  deployment: string,
): ReadonlyMap<string, ObjectView> {
  const workspace = workspaces.find(({ declarations: { workspace: one } }) => {
    return (one.uid ?? one.name.value) === identity;
  });
  const effective = workspace?.effective.deployments.find((one) => one.deployment.name.value === deployment);
  if (!workspace || !effective) return new Map();
  const objects = createViews(workspace.effective)(effective).flatMap(({ keys }) =>
    [...keys.values()].flatMap((key) => key.objects),
  );
  return new Map(objects.map((one) => [`${one.kind}/${one.id}`, one]));
}
