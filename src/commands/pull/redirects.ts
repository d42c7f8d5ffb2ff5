import { ciphertextsOf } from "../../change/destinations.ts";
import type { CompiledWorkspace } from "../../compile.ts";
import { destinationOf } from "../../destination/destination.ts";
import type { Touched } from "../../model/change.ts";
import type { EffectiveDeployment, EffectiveObject } from "../../model/effective.ts";
import { identityOf } from "../live/wanted.ts";

/** A Deployment of a Workspace, as a tree has it. */
export interface User {
  readonly identity: string;
  readonly effective: EffectiveDeployment;
}

/** Every Deployment of some Workspaces. */
export function usersIn(workspaces: readonly CompiledWorkspace[]): readonly User[] {
  return workspaces.flatMap((workspace) =>
    workspace.effective.deployments.map((effective) => ({ identity: identityOf(workspace), effective })),
  );
}

/** Who uses a credential, by its ciphertext: a sealed file may be copied into another Workspace. */
export type Uses = ReadonlyMap<string, readonly Touched[]>;

export function usesOf(users: readonly User[]): Uses {
  const uses = new Map<string, Touched[]>();
  for (const { identity, effective } of users) {
    const touched = { identity, environment: effective.deployment.environment.value };
    for (const object of effective.objects)
      for (const ciphertext of ciphertextsOf(object)) {
        const known = uses.get(ciphertext);
        if (known) known.push(touched);
        else uses.set(ciphertext, [touched]);
      }
  }
  return uses;
}

/**
 * The environments whose credentials a Deployment sends to where it did not send them when it was applied: they have a say in it (design: 3.5).
 */
export function redirected(
  now: EffectiveDeployment | undefined,
  pasts: readonly EffectiveDeployment[],
  uses: Uses,
): readonly Touched[] {
  if (!now) return [];
  const known = new Set(pasts.flatMap((past) => past.objects.map((one) => destinationText(past, one))));
  return now.objects
    .filter((object) => ciphertextsOf(object).length > 0 && !known.has(destinationText(now, object)))
    .flatMap((object) => ciphertextsOf(object).flatMap((one) => uses.get(one) ?? []));
}

function destinationText({ deployment }: EffectiveDeployment, object: EffectiveObject): string {
  return JSON.stringify([object.kind, object.id, ...destinationOf(deployment, object)]);
}
