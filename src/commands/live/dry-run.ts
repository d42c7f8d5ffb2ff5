import { inPool } from "../../apply/pool.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { Operation } from "../../model/plan.ts";
import { wantedSecret } from "./carry-out.ts";
import type { Planned } from "./planned.ts";

const REQUESTS = 16;

/**
 * Asks each cluster whether it would take what is to be written, without writing: a run without the key has nothing to ask
 * with.
 */
export async function tryOut(planned: Planned): Promise<readonly Diagnostic[]> {
  const facts = {
    tool: planned.plan.tool,
    commit: planned.plan.commit,
    isModified: false,
    breakGlass: undefined,
  };
  const turns = planned.targets.flatMap((target) => {
    const { wanted } = target;
    const own = planned.plan.deployments.find(
      (one) => one.workspace === wanted.workspace && one.deployment === wanted.deployment.name.value,
    );
    const operations = wanted.manifests && own?.paused === undefined ? (own?.operations ?? []) : [];
    return operations.filter(isTryable).map((operation) => ({ operation, target }));
  });
  const told = await inPool(
    turns,
    REQUESTS,
    async ({ operation, target }): Promise<readonly Diagnostic[]> => {
      const cluster = planned.observed.clusters.get(operation.clusterKey);
      const live = planned.observed.observation.found.find(
        ({ site, live: one }) =>
          site.key === operation.clusterKey &&
          one.namespace === operation.namespace &&
          one.name === operation.secret,
      );
      const wanted = wantedSecret(operation, target, facts);
      const answer = live
        ? await cluster?.update(wanted, live.live, true)
        : await cluster?.create(wanted, true);
      return answer && "diagnostic" in answer ? [{ ...answer.diagnostic, severity: "warning" }] : [];
    },
  );
  return told.flat();
}

function isTryable({ action }: Operation): boolean {
  return ["create", "update", "adopt"].includes(action);
}
