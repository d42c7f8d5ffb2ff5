import type { AppliedDeployment, OperationResult } from "../model/plan.ts";
import { table } from "./table.ts";

const WORDS: Readonly<Record<OperationResult["outcome"], string>> = {
  done: "done",
  changed: "not done: it changed meanwhile",
  refused: "refused by the cluster",
  unreachable: "not known: the cluster was out of reach",
  held: "held",
};

const VERBS = {
  create: "created",
  update: "updated",
  record: "noted",
  adopt: "adopted",
  delete: "deleted",
} as const;

/** What became of each operation, and at the end all of it in a line. */
export function resultsText(applied: readonly AppliedDeployment[]): string {
  const all = applied.flatMap(({ results }) => results);
  const rows = applied.flatMap(({ workspace, deployment, results }) =>
    results.map((result) => [`${workspace}/${deployment}`, result.operation.secret, wordOf(result)]),
  );
  const done = all.filter(({ outcome }) => outcome === "done").length;
  const left = all.length - done;
  const end =
    left === 0
      ? `applied: ${done} written\n`
      : `applied: ${done} written, ${left} left; run it again for the rest\n`;
  return `${table(rows)}${end}`;
}

function wordOf({ operation: { action }, outcome, why }: OperationResult): string {
  if (outcome === "done") return action in VERBS ? VERBS[action as keyof typeof VERBS] : "done";
  return why === undefined ? WORDS[outcome] : `${WORDS[outcome]}: ${why}`;
}

/** The same for `--format json`. */
export function resultsJson(applied: readonly AppliedDeployment[]): unknown {
  return applied.map(({ results, ...deployment }) => ({
    ...deployment,
    results: results.map(({ operation, outcome, why }) => ({
      cluster: operation.cluster,
      namespace: operation.namespace,
      secret: operation.secret,
      action: operation.action,
      outcome,
      ...(why !== undefined && { why }),
    })),
  }));
}
