import type { Side } from "../../change/side.ts";
import { type Compiled, compile } from "../../compile.ts";
import { objectView } from "../../emit/view.ts";
import type { EffectiveDeployment } from "../../model/effective.ts";
import { nameOf } from "../../plan/record.ts";
import type { History } from "../../ports.ts";
import { sideOf } from "../change/compare.ts";
import { identityOf } from "../live/wanted.ts";
import type { Objects } from "./items.ts";

/** A Deployment as a commit has it. */
export interface PastDeployment {
  /** Its Workspace. */
  readonly side: Side;
  readonly identity: string;
  readonly effective: EffectiveDeployment;
  readonly objects: Objects;
}

/** What a Secret came from. */
export interface Applied {
  readonly commit: string;
  /** Whose policy it was; undefined: the same commit's. */
  readonly policy: string | undefined;
}

/** Reads commits, each when it is first asked for. */
export interface Past {
  /** Undefined: it was not there. `workspace`: its identity, or, where nobody knows that any more, its name. */
  deployment(applied: Applied, workspace: string, name: string): PastDeployment | undefined;
}

export function createPast(history: History): Past {
  const known = new Map<string, Compiled>();
  const deployments = new Map<string, PastDeployment | undefined>();
  const compiledAt = ({ commit, policy }: Applied): Compiled => {
    const key = `${commit} ${policy ?? ""}`;
    const files = (of: string) => history.filesAt(of).scan().value;
    const compiled =
      known.get(key) ?? compile(files(commit), { policy: policy === undefined ? undefined : files(policy) });
    known.set(key, compiled);
    return compiled;
  };
  return {
    deployment: (applied, wanted, name) => {
      const key = [applied.commit, applied.policy ?? "", wanted, name].join("\0");
      if (!deployments.has(key)) deployments.set(key, deploymentIn(compiledAt(applied), wanted, name));
      return deployments.get(key);
    },
  };
}

function deploymentIn({ workspaces }: Compiled, wanted: string, name: string): PastDeployment | undefined {
  const found = workspaces.find(({ declarations: { workspace } }) =>
    [workspace.uid, workspace.name.value].includes(wanted),
  );
  const effective = found?.effective.deployments.find((one) => one.deployment.name.value === name);
  if (!found || !effective) return undefined;
  const objects = effective.objects.map((one) => [nameOf(one), objectView(one)] as const);
  return {
    side: sideOf(found),
    identity: identityOf(found),
    effective,
    objects: new Map(objects),
  };
}
