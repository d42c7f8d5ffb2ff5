import { type Diagnostic, diagnostic, hasErrors, sortDiagnostics } from "../../core/diagnostic.ts";
import type { PreviewRecord } from "../../model/preview.ts";
import { EXIT, type Outcome } from "../../outcome.ts";
import type { LiveCluster } from "../../ports.ts";
import {
  lifetimeOf,
  PREVIEWS,
  previewsLabel,
  readPreview,
  recordAnnotations,
  wantedNamespace,
} from "../../preview/record.ts";
import { resultsText } from "../../render/results-text.ts";
import { identityOf } from "../live/wanted.ts";
import { type Base, baseOf, clusterOf, nameOf } from "./bases.ts";
import { deliver, openPreview } from "./deliver.ts";
import type { UpPorts, Which } from "./ports.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { removeNamespace, unwantedWrite } from "./remove.ts";

/** What `up` did with the namespace. */
type Operation = "created" | "updated" | "skipped" | "deleted";

/** `jackfield preview up`: makes a preview, or brings it up to date. */
export async function up(ports: UpPorts, which: Which): Promise<Outcome> {
  const base = baseOf(ports.reviewed, which);
  if ("result" in base) return base;
  const request = { base: which.base, source: which.source, sha: ports.history.head() ?? "" };
  const prepared = prepare(ports, base, request);
  if ("result" in prepared) return prepared;
  const opened = openPreview(ports, prepared);
  const troubles = [...prepared.diagnostics, ...opened.targets.diagnostics];
  if (hasErrors(troubles)) return ended(prepared, troubles, "skipped");
  if (!(await ports.isWanted())) return ended(prepared, [...troubles, unwanted(prepared)], "skipped");
  const cluster = await ports.clusters.open(clusterOf(base.workspace, base.deployment), directoryOf(base));
  try {
    const made = await ensure(cluster, base, prepared, recordOf(ports, base, prepared, which));
    if (typeof made !== "string")
      return { ...ended(prepared, [...troubles, made], "skipped"), exit: EXIT.refused };
    const delivered = await deliver(ports, prepared, opened);
    const told = [...troubles, ...delivered.diagnostics];
    const isWanted = await ports.isWanted();
    if (!isWanted) await takeDown(cluster, prepared, request.sha);
    const outcome = ended(
      prepared,
      isWanted ? told : [...told, unwanted(prepared)],
      isWanted ? made : "deleted",
    );
    const isWhole = delivered.isWhole || !isWanted;
    return {
      ...outcome,
      text: `${resultsText(delivered.applied)}${outcome.text}`,
      secrets: delivered.secrets,
      ...(!isWhole && !hasErrors(told) && { exit: EXIT.partly }),
    };
  } finally {
    cluster.close();
  }
}

function directoryOf({ workspace }: Base): string {
  return workspace.declarations.workspace.directory;
}

function recordOf(
  ports: UpPorts,
  base: Base,
  { deployment }: Prepared,
  { repo, source }: Which,
): PreviewRecord {
  return {
    workspaceUid: identityOf(base.workspace),
    repo,
    base: base.deployment.name.value,
    deployment: deployment.name.value,
    source,
    sha: ports.history.head() ?? "",
    policy: ports.history.defaultBranch()?.commit,
    createdAt: ports.now,
    expiresAt: ports.now + lifetimeOf(base.deployment.previews?.maxAge),
  };
}

/** The namespace is made by us, or was; whatever else is there is not touched. */
async function ensure(
  cluster: LiveCluster,
  base: Base,
  { deployment }: Prepared,
  record: PreviewRecord,
): Promise<Operation | Diagnostic> {
  const namespace = deployment.namespace.value;
  const there = await cluster.previews.get(namespace);
  if (there?.isLeaving) {
    return diagnostic("JF787", undefined, { namespace }, { hint: "run it again when it is gone" });
  }
  if (!there) {
    const full = await isFull(cluster, base, record);
    if (full) return full;
    const answer = await cluster.previews.create(wantedNamespace(namespace, nameOf(base.workspace), record));
    return answer.kind === "done" ? "created" : unwantedWrite(namespace, answer);
  }
  const known = readPreview(there);
  if (
    !known ||
    known.deployment !== record.deployment ||
    known.repo !== record.repo ||
    known.workspaceUid !== record.workspaceUid
  ) {
    const hint =
      "a preview's namespace is made by Jackfield: choose another template in `previews.namespace`";
    return diagnostic("JF786", undefined, { namespace }, { hint });
  }
  const annotations = recordAnnotations({ ...record, createdAt: known.createdAt });
  const answer = await cluster.previews.annotate(namespace, annotations, there.seen);
  return answer.kind === "done" ? "updated" : unwantedWrite(namespace, answer);
}

const NAMED = 20;

/** At the limit the newcomer is refused, and told who is there: a queue would hang without a word. */
async function isFull(
  cluster: LiveCluster,
  { deployment }: Base,
  record: PreviewRecord,
): Promise<Diagnostic | undefined> {
  const limit = deployment.previews?.limit;
  if (limit === undefined) return undefined;
  const all = await cluster.previews.list(PREVIEWS, previewsLabel(record.workspaceUid));
  const own = all
    .flatMap((one) => (one.isLeaving ? [] : (readPreview(one) ?? [])))
    .filter(({ base }) => base === record.base);
  if (own.length < limit) return undefined;
  const names = own.slice(0, NAMED).map((one) => one.deployment);
  const params = { base: record.base, limit, names: names.join(", ") };
  return diagnostic("JF788", undefined, params, { hint: "take one of them down, or raise `previews.limit`" });
}

/** It was closed while it was written: the run that takes it down may have come before. */
async function takeDown(cluster: LiveCluster, { deployment }: Prepared, sha: string): Promise<void> {
  const there = await cluster.previews.get(deployment.namespace.value);
  if (!there) return;
  const known = readPreview(there);
  // One that was brought up again meanwhile is another run's.
  if (known?.deployment === deployment.name.value && known.sha === sha) await removeNamespace(cluster, there);
}

function unwanted({ deployment }: Prepared): Diagnostic {
  return diagnostic("JF791", undefined, { deployment: deployment.name.value });
}

function ended(
  { deployment, estate }: Prepared,
  diagnostics: readonly Diagnostic[],
  operation: Operation,
): Outcome {
  const preview = deployment.name.value;
  const namespace = deployment.namespace.value;
  return {
    diagnostics: sortDiagnostics(diagnostics),
    result: { preview, namespace, operation },
    text: `preview ${preview} in namespace ${namespace}: ${operation}\n`,
    compiled: estate.compiled,
  };
}
