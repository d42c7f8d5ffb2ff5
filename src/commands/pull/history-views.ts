import { type Compiled, compile } from "../../compile.ts";
import { objectView } from "../../emit/view.ts";
import type { Deployment, Workspace } from "../../model/declaration.ts";
import type { ObjectView } from "../../model/manifest.ts";
import { nameOf } from "../../plan/record.ts";
import type { History } from "../../ports.ts";

/** A Deployment as a commit has it. */
export interface PastDeployment {
  readonly workspace: Workspace;
  readonly identity: string;
  readonly deployment: Deployment;
  /** By `nameOf` the object. */
  readonly objects: ReadonlyMap<string, ObjectView>;
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
      const found = compiledAt(applied).workspaces.find(({ declarations: { workspace } }) =>
        [workspace.uid, workspace.name.value].includes(wanted),
      );
      const effective = found?.effective.deployments.find((one) => one.deployment.name.value === name);
      if (!found || !effective) return undefined;
      const { workspace } = found.declarations;
      const objects = effective.objects.map((one) => [nameOf(one), objectView(one)] as const);
      return {
        workspace,
        identity: workspace.uid ?? workspace.name.value,
        deployment: effective.deployment,
        objects: new Map(objects),
      };
    },
  };
}
