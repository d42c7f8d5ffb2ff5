import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { nameHint } from "../core/nearest.ts";
import type { Deployment, Located, Selector } from "../model/declaration.ts";
import type { Directory } from "./directory.ts";

/** A Deployment, or the preview Deployments that may be derived from it. */
export interface Target {
  readonly deployment: Deployment;
  readonly preview: boolean;
}

/** True if a selector selects a target. A preview is selected by whatever selects its base, and by `previewsOf`. */
export function selects(selector: Selector, { deployment, preview }: Target): boolean {
  switch (selector.kind) {
    case "all":
      return true;
    case "deployments":
      return namesIt(selector.names, deployment);
    case "previewsOf":
      return (preview || deployment.previewOf !== undefined) && namesIt(selector.names, deployment);
    case "match":
      return (
        (!selector.environment || selector.environment.value === deployment.environment.value) &&
        (!selector.cluster || selector.cluster.value === deployment.cluster.value) &&
        [...selector.labels].every(([key, label]) => deployment.labels.get(key) === label.value)
      );
  }
}

function namesIt(names: readonly Located<string>[], deployment: Deployment): boolean {
  return names.some((name) => name.value === baseOf(deployment));
}

/** The name that a Deployment is selected by: a preview is by its base's. */
export function baseOf({ name, previewOf }: Deployment): string {
  return previewOf ?? name.value;
}

/**
 * How specific a selector is (design: 3.1.3): `all`, then environment/cluster/selector (more labels first, then
 * with cluster, then with environment), then `deployments`, then `previewsOf`. Higher wins.
 */
export function rankOf(selector: Selector): number {
  switch (selector.kind) {
    case "all":
      return 0;
    case "match":
      return 1 + selector.labels.size * 4 + (selector.cluster ? 2 : 0) + (selector.environment ? 1 : 0);
    case "deployments":
      return Number.MAX_SAFE_INTEGER - 1;
    case "previewsOf":
      return Number.MAX_SAFE_INTEGER;
  }
}

/** A selector in words, for messages and `explain`. */
export function describe(selector: Selector): string {
  switch (selector.kind) {
    case "all":
      return "all";
    case "deployments":
      return `deployments ${selector.names.map((name) => name.value).join(", ")}`;
    case "previewsOf":
      return `previews of ${selector.names.map((name) => name.value).join(", ")}`;
    case "match": {
      const labels = [...selector.labels].map(([key, label]) => `${key}=${label.value}`);
      const parts = [
        selector.environment && `environment ${selector.environment.value}`,
        selector.cluster && `cluster ${selector.cluster.value}`,
        labels.length > 0 && `labels ${labels.join(",")}`,
      ];
      return parts.filter(Boolean).join(", ");
    }
  }
}

/** Reports unknown names in a selector, or a warning where it selects nothing. */
export function checkSelector(
  directory: Directory,
  selector: Selector,
  report: (trouble: Diagnostic) => void,
): void {
  const unknown = [...unknownNames(directory, selector)];
  for (const trouble of unknown) report(trouble);
  if (selector.kind === "all" || unknown.length > 0 || directory.declarations.broken.size > 0) return;
  const any = directory.deployments.some((deployment) => selects(selector, { deployment, preview: true }));
  if (!any) report(diagnostic("JF403", selector.at, {}));
}

function* unknownNames(directory: Directory, selector: Selector): Generator<Diagnostic> {
  if (selector.kind === "all") return;
  if (selector.kind === "match") {
    const { environments, clusters } = directory.declarations.workspace;
    if (selector.environment) yield* unknown("environment", selector.environment, environments);
    if (selector.cluster) yield* unknown("cluster", selector.cluster, clusters);
    return;
  }
  for (const name of selector.names) {
    if (!directory.declarations.broken.has(`Deployment/${name.value}`)) {
      yield* unknown("Deployment", name, directory.deploymentByName);
    }
  }
}

/** A diagnostic with the nearest name if `known` has no such name. */
export function* unknown(
  what: string,
  name: Located<string>,
  known: ReadonlyMap<string, unknown>,
): Generator<Diagnostic> {
  if (known.has(name.value)) return;
  const hint = nameHint(name.value, known.keys());
  yield diagnostic("JF402", name.at, { what, name: name.value }, { hint });
}
