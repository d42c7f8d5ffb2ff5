import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Exclusion, Link, ObjectDeclaration } from "../model/declaration.ts";
import type { Selection } from "./layers.ts";

/** Which Deployments a Workspace-level object reaches (design: 3.1.2), by index. */
export interface Reach {
  reaches(index: number): boolean;
  /** The exclusion that keeps it from a Deployment, if one does. */
  excludedBy(index: number): Exclusion | undefined;
}

/** With `preview`, the reach among the previews that may be derived from the Deployments. */
export function reachOf(
  selection: Selection,
  object: ObjectDeclaration,
  links: readonly Link[],
  preview = false,
): Reach {
  const excluding = object.exclude.map((exclusion) => ({
    exclusion,
    bits: selection.of(exclusion, preview),
  }));
  const linking = links.map((link) => selection.of(link.to, preview));
  const shared = object.sharing.value === "all";
  const excludedBy = (index: number) => excluding.find(({ bits }) => bits[index] === 1)?.exclusion;
  return {
    excludedBy,
    reaches: (index) => (shared || linking.some((bits) => bits[index] === 1)) && !excludedBy(index),
  };
}

/** Excluded and linked by name is a contradiction; against other Links an exclusion wins. */
export function* linkedAndExcluded(object: ObjectDeclaration, links: readonly Link[]): Generator<Diagnostic> {
  for (const exclusion of object.exclude) {
    if (exclusion.kind !== "deployments") continue;
    for (const excluded of exclusion.names) {
      const by = links.find(
        ({ to }) => to.kind === "deployments" && to.names.some((n) => n.value === excluded.value),
      );
      if (!by) continue;
      const params = { id: object.id.value, deployment: excluded.value };
      const related = [{ at: by.at, message: "linked here" }];
      yield diagnostic("JF406", excluded.at, params, { related, hint: "remove one of them" });
    }
  }
}
