import type { Span } from "../core/source.ts";
import { entryOf, type Node, nodeAt, type ParsedFile, textOf } from "../model/tree.ts";

/** A job of a workflow that runs our Action. */
export interface WorkflowJob {
  readonly name: string;
  readonly at: Span;
  /** `push`, `pull_request`, … */
  readonly events: readonly string[];
  readonly hasEnvironment: boolean;
  readonly steps: readonly WorkflowStep[];
}

export interface WorkflowStep {
  readonly at: Span;
  /** `OWNER/NAME@REF`; undefined: it runs a script. */
  readonly uses: string | undefined;
  readonly isOurs: boolean;
  /** It is given a private key, or a way into a cluster. */
  readonly hasKeys: boolean;
  /** As written: `persist-credentials` of a checkout. */
  readonly persists: boolean | undefined;
}

const OURS = /^[\w.-]+\/jackfield@/i;
const KEYS = ["age-key", "kubeconfig"];

/** The jobs of a workflow in which our Action is a step. */
export function jobsOf({ documents }: ParsedFile): readonly WorkflowJob[] {
  const [document] = documents;
  const events = eventsOf(nodeAt(document?.root, "on"));
  const jobs = nodeAt(document?.root, "jobs");
  if (jobs?.kind !== "map") return [];
  return jobs.entries
    .map(({ key, keySpan, value }) => ({
      name: key,
      at: keySpan,
      events,
      hasEnvironment: entryOf(value, "environment") !== undefined,
      steps: itemsOf(nodeAt(value, "steps")).map(stepOf),
    }))
    .filter(({ steps }) => steps.some(({ isOurs }) => isOurs));
}

/** One event, a list of them, or a map by them. */
function eventsOf(on: Node | undefined): readonly string[] {
  if (on?.kind === "map") return on.entries.map(({ key }) => key);
  return (on?.kind === "seq" ? on.items : [on]).flatMap((one) => textOf(one) ?? []);
}

function itemsOf(node: Node | undefined): readonly Node[] {
  return node?.kind === "seq" ? node.items : [];
}

function stepOf(step: Node): WorkflowStep {
  const uses = textOf(nodeAt(step, "uses"));
  const persists = nodeAt(step, "with", "persist-credentials");
  return {
    at: entryOf(step, "uses")?.value.span ?? step.span,
    uses,
    isOurs: uses !== undefined && OURS.test(uses),
    hasKeys: KEYS.some((key) => nodeAt(step, "with", key) !== undefined),
    persists: persists?.kind === "scalar" ? String(persists.value) !== "false" : undefined,
  };
}
