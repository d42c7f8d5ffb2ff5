import { diagnostic } from "../../core/diagnostic.ts";
import type { Declarations, Deployment, Environment, Selector } from "../../model/declaration.ts";
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

/** True for a Deployment that the secret is for. */
export function isAimed({ name, environment }: Deployment, aim: Aim): boolean {
  return aim.kind === "all" || aim.name === (aim.kind === "deployment" ? name : environment).value;
}

/** As one Workspace says it: `analytics/prod`, as we print it, is its `prod`. */
export function aimWithin({ workspace }: Declarations, aim: Aim): Aim {
  const prefix = `${workspace.name.value}/`;
  if (aim.kind !== "deployment" || !aim.name.startsWith(prefix)) return aim;
  return { kind: "deployment", name: aim.name.slice(prefix.length) };
}

/** The options that say it. */
export function aimFlags(aim: Aim): string {
  return aim.kind === "all" ? "--all" : `--${aim.kind} ${aim.name}`;
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

/** The environments whose recipients read it. */
export function environmentsOf({ workspace, deployments }: Declarations, aim: Aim): readonly Environment[] {
  const names =
    aim.kind === "environment"
      ? [aim.name]
      : deployments.filter((one) => isAimed(one, aim)).map((one) => one.environment.value);
  const all = [...workspace.environments.values()];
  return aim.kind === "all" ? all : all.filter(({ name }) => names.includes(name.value));
}

/** The words of the layout we teach: the last one says who reads the file. */
export function layoutWords({ deployments }: Declarations, aim: Aim): readonly string[] {
  if (aim.kind === "all") return ["all"];
  if (aim.kind === "environment") return [aim.name];
  return [aim.name, ...deployments.filter((one) => isAimed(one, aim)).map((one) => one.environment.value)];
}

/** In words, for people. */
export function aimText(aim: Aim): string {
  return aim.kind === "all"
    ? "all Deployments"
    : `${aim.kind === "environment" ? "environment" : "Deployment"} ${aim.name}`;
}
