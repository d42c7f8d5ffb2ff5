import { diagnostic } from "../../core/diagnostic.ts";
import { compareText } from "../../core/source.ts";
import type { Declarations, Deployment, Selector } from "../../model/declaration.ts";
import { type Outcome, usage } from "../../outcome.ts";
import { unknownName } from "../estate.ts";

/** For whom a secret is: what a Credential's `for` says, or the one Deployment whose object it is. */
export type Aim =
  | { readonly kind: "environment" | "deployment"; readonly name: string }
  | { readonly kind: "all" };

/** What a command line says of it. */
export interface AimOptions {
  readonly environment?: string | undefined;
  readonly deployment?: string | undefined;
  readonly all: boolean;
}

/** Exactly one must be given. */
export function aimOf({ environment, deployment, all }: AimOptions): Aim | Outcome {
  const aims: readonly Aim[] = [
    ...(environment === undefined ? [] : [{ kind: "environment", name: environment } as const]),
    ...(deployment === undefined ? [] : [{ kind: "deployment", name: deployment } as const]),
    ...(all ? [{ kind: "all" } as const] : []),
  ];
  const [aim, second] = aims;
  if (aim && !second) return aim;
  const hint = "give one of `--environment E`, `--deployment D` and `--all`";
  return usage(diagnostic("JF030", undefined, {}, { hint }));
}

/** The complaint that a Workspace has no such environment or Deployment. */
export function unknownAim({ workspace, deployments }: Declarations, aim: Aim): Outcome | undefined {
  if (aim.kind === "all") return undefined;
  const isEnvironment = aim.kind === "environment";
  const known = isEnvironment
    ? [...workspace.environments.keys()]
    : deployments.map(({ name }) => name.value);
  if (known.includes(aim.name)) return undefined;
  return usage(unknownName(isEnvironment ? "environment" : "Deployment", aim.name, known));
}

/** The environments whose recipients read it; sorted. */
export function environmentsOf({ workspace, deployments }: Declarations, aim: Aim): readonly string[] {
  if (aim.kind === "environment") return [aim.name];
  if (aim.kind === "all") return [...workspace.environments.keys()].sort(compareText);
  return deployments
    .filter(({ name }: Deployment) => name.value === aim.name)
    .map((one) => one.environment.value);
}

/** True for a `for` that says just this. */
export function isAim(selector: Selector | undefined, aim: Aim): boolean {
  switch (selector?.kind) {
    case "all":
      return aim.kind === "all";
    case "deployments":
      return aim.kind === "deployment" && selector.names.map(({ value }) => value).join("\n") === aim.name;
    case "match":
      return (
        aim.kind === "environment" &&
        selector.environment?.value === aim.name &&
        !selector.cluster &&
        selector.labels.size === 0
      );
    default:
      return false;
  }
}

/** The words of the layout we teach: the last one says who reads the file. */
export function layoutWords(declarations: Declarations, aim: Aim): readonly string[] {
  if (aim.kind === "all") return ["all"];
  const environments = environmentsOf(declarations, aim);
  return aim.kind === "environment" ? environments : [aim.name, ...environments];
}

/** In words, for people. */
export function aimText(aim: Aim): string {
  return aim.kind === "all"
    ? "all Deployments"
    : `${aim.kind === "environment" ? "environment" : "Deployment"} ${aim.name}`;
}
