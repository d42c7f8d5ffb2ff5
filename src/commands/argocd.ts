import { diagnostic, hasErrors } from "../core/diagnostic.ts";
import { Secret } from "../core/secret.ts";
import { type Outcome, usage } from "../outcome.ts";
import { type BuildPorts, build } from "./build.ts";
import type { Narrowing } from "./estate.ts";

export interface ArgocdRequest extends Narrowing {
  /** The user knows that Argo CD keeps what it is given. */
  readonly isAccepted: boolean;
  /** Somebody would see it. */
  readonly isTerminal: boolean;
}

/**
 * `jackfield build --for argocd`: the Secrets of one Deployment, in plain text, for Argo CD to take from standard output. It caches
 * manifests in Redis and keeps them in the memory of its controllers, so this wants a word of the user's.
 */
export function buildForArgocd(ports: Omit<BuildPorts, "output">, request: ArgocdRequest): Outcome {
  if (request.deployment === undefined) return usage(diagnostic("JF691", undefined, {}));
  if (!request.isAccepted) {
    const hint = "`--accept-plain-cache` says that this is understood; Flux takes sealed ones: `--for flux`";
    return usage(diagnostic("JF693", undefined, {}, { hint }));
  }
  if (request.isTerminal) {
    return usage(diagnostic("JF692", undefined, {}, { hint: "it is for Argo CD, which reads a pipe" }));
  }
  const collected: Secret[] = [];
  const output = collector(collected);
  const outcome = build({ ...ports, output }, request);
  if (hasErrors(outcome.diagnostics) || outcome.exit !== undefined) return outcome;
  return { ...outcome, text: "", plain: new Secret(collected.map((one) => one.reveal()).join("---\n")) };
}

/** Nothing is written anywhere. */
function collector(collected: Secret[]): BuildPorts["output"] {
  return {
    path: "standard output",
    existing: () => new Map(),
    begin: () => ({
      value: {
        add: ({ files }) => {
          const manifests = files.get("secrets.yaml");
          if (manifests instanceof Secret) collected.push(manifests);
        },
        commit: () => undefined,
        discard: () => undefined,
      },
      diagnostics: [],
    }),
  };
}
