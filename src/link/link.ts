import type { Checked, Diagnostic } from "../core/diagnostic.ts";
import { diagnostic } from "../core/diagnostic.ts";
import { didYouMean } from "../core/nearest.ts";
import { type Declarations, type Located, OBJECT_KINDS, type Selector } from "../model/declaration.ts";
import type { EffectiveDeployment, EffectiveObject, EffectiveWorkspace } from "../model/effective.ts";
import { createDirectory, type Directory } from "./directory.ts";
import { createSelection } from "./layers.ts";
import { checkNeighbours } from "./neighbours.ts";
import { resolveOnce } from "./remember.ts";
import { checkSelector, unknown } from "./select.ts";

/**
 * Resolves a Workspace (design: 3.1): for every Deployment the objects that reach it, with fields laid over one
 * another and judged. Works on sealed leaves: needs no key. The result does not depend on the order of files.
 */
export function link(declarations: Declarations): Checked<EffectiveWorkspace> {
  const diagnostics: Diagnostic[] = [];
  const report = (trouble: Diagnostic) => void diagnostics.push(trouble);
  const directory = createDirectory(declarations, report);
  checkPolicy(directory, report);
  checkSelectors(directory, report);
  const selection = createSelection(directory.deployments);
  const objects: EffectiveObject[][] = directory.deployments.map(() => []);
  for (const subject of directory.subjects) {
    resolveOnce(subject, selection, report).forEach((object, index) => {
      if (object) objects[index]?.push(object);
    });
  }
  const deployments: readonly EffectiveDeployment[] = directory.deployments.map((deployment, index) => ({
    deployment,
    objects: objects[index] ?? [],
  }));
  checkNeighbours(deployments, declarations.broken, report);
  return { value: { workspace: declarations.workspace, deployments }, diagnostics };
}

/** What a Workspace owns in a real cluster is told by its uid, so there it must have one (design: 3). */
function checkUid({ declarations }: Directory, report: (trouble: Diagnostic) => void): void {
  const { uid, name, clusters } = declarations.workspace;
  const real = [...clusters.values()].find((cluster) => cluster.context !== undefined);
  if (uid !== undefined || !real) return;
  const related = [{ at: real.name.at, message: "this cluster" }];
  const hint = "write a UUID of your own (`uuidgen` makes one) and never change it";
  report(diagnostic("JF437", name.at, { name: name.value, cluster: real.name.value }, { related, hint }));
}

/** Names that Deployments and the Workspace's own rules refer to. */
function checkPolicy(directory: Directory, report: (trouble: Diagnostic) => void): void {
  const { workspace } = directory.declarations;
  const { environments, clusters } = workspace;
  const ids = new Set(directory.subjects.map(({ id }) => id));
  for (const { environment, cluster, previews } of directory.declarations.deployments) {
    for (const id of previews?.never ?? []) checkNever(directory, id, ids, report);
    for (const trouble of unknown("environment", environment, environments)) report(trouble);
    for (const trouble of unknown("cluster", cluster, clusters)) report(trouble);
  }
  checkUid(directory, report);
  for (const approval of workspace.approvals) {
    for (const trouble of unknown("environment", approval.environment, environments)) report(trouble);
  }
}

/** `never` names objects of any kind; a mistyped one would let an object into every preview. */
function checkNever(
  { declarations }: Directory,
  id: Located<string>,
  known: ReadonlySet<string>,
  report: (trouble: Diagnostic) => void,
): void {
  if (known.has(id.value) || OBJECT_KINDS.some((kind) => declarations.broken.has(`${kind}/${id.value}`)))
    return;
  report(
    diagnostic("JF402", id.at, { what: "object", name: id.value }, { hint: didYouMean(id.value, known) }),
  );
}

function checkSelectors(directory: Directory, report: (trouble: Diagnostic) => void): void {
  for (const subject of directory.subjects) {
    const excludes = subject.shared?.exclude ?? [];
    const links = subject.links.map((one) => one.to);
    const credentials = subject.credentials.flatMap((one) => one.for ?? []);
    for (const selector of [...excludes, ...links, ...credentials]) {
      checkSelector(directory, selector, report);
      checkPreviewsOf(directory, selector, report);
    }
    for (const object of subject.own.values()) checkOwnDeployment(directory, object.deployment, report);
  }
}

function checkOwnDeployment(
  directory: Directory,
  name: Parameters<typeof unknown>[1] | undefined,
  report: (trouble: Diagnostic) => void,
): void {
  if (!name || directory.declarations.broken.has(`Deployment/${name.value}`)) return;
  for (const trouble of unknown("Deployment", name, directory.deploymentByName)) report(trouble);
}

function checkPreviewsOf(
  directory: Directory,
  selector: Selector,
  report: (trouble: Diagnostic) => void,
): void {
  if (selector.kind !== "previewsOf") return;
  for (const name of selector.names) {
    const base = directory.deploymentByName.get(name.value);
    if (!base || base.previews) continue;
    const hint = "add `previews: {namespace: …}` to it";
    report(diagnostic("JF434", name.at, { deployment: name.value }, { hint }));
  }
}
