import { type Diagnostic, diagnostic, hasErrors } from "../../core/diagnostic.ts";
import type { GitHub } from "../../github-ports.ts";
import { EXIT, type Outcome } from "../../outcome.ts";
import { PortFailure } from "../../ports.ts";
import { table } from "../../render/table.ts";
import { type Owned, type OwnedIn, ownedPreviews } from "./owned.ts";
import type { PreviewPorts } from "./ports.ts";
import { removeNamespace } from "./remove.ts";

export interface GcPorts extends PreviewPorts {
  /** Set: closed pull requests and deleted branches end their previews. */
  readonly github?: GitHub | undefined;
}

export interface GcRequest {
  readonly workspace?: string | undefined;
  readonly repo: string;
  readonly dryRun: boolean;
  /** However many go. */
  readonly force: boolean;
}

interface Doomed {
  readonly one: Owned;
  readonly why: string;
}

/**
 * `jackfield preview gc`: takes away what nobody wants any more. It fails closed (design: 3.5): where anything is not known for sure, nothing of
 * that cluster goes.
 */
export async function gc(ports: GcPorts, request: GcRequest): Promise<Outcome> {
  const { places, diagnostics: blind, isWhole } = await ownedPreviews(ports, request.workspace, true);
  try {
    const swept = [];
    for (const place of places) swept.push(await sweep({ ...ports, isWhole }, request, place));
    const diagnostics = [
      ...blind,
      ...(isWhole ? [] : [broken()]),
      ...swept.flatMap((one) => one.diagnostics),
    ];
    const gone = swept.flatMap((one) => one.gone);
    const rows = gone.map(({ one, why }) => [
      one.record.deployment,
      request.dryRun ? "would go" : "deleted",
      why,
    ]);
    const isHeld = diagnostics.some(({ code }) => code === "JF789");
    return {
      diagnostics,
      result: {
        dryRun: request.dryRun,
        deleted: gone.map(({ one, why }) => ({
          preview: one.record.deployment,
          namespace: one.live.name,
          why,
        })),
        ...(isHeld && { reason: "too-many" }),
      },
      text: rows.length > 0 ? table(rows) : "nothing to take away\n",
      ...(isHeld && { exit: EXIT.refused }),
    };
  } finally {
    for (const { open } of places) open.close();
  }
}

function broken(): Diagnostic {
  return diagnostic("JF794", undefined, {}, { hint: "`jackfield validate` there tells them" });
}

interface Sweeping extends GcPorts {
  /** What the default branch does not have is not there. */
  readonly isWhole: boolean;
}

interface Swept {
  readonly gone: readonly Doomed[];
  readonly diagnostics: readonly Diagnostic[];
}

/** More than so many at once, and more than half: rather a mistake of somebody's than what is meant. */
const FEW = 3;

async function sweep(ports: Sweeping, request: GcRequest, { open, cluster, owned }: OwnedIn): Promise<Swept> {
  const own = owned.filter(({ record, live }) => record.repo === request.repo && !live.isLeaving);
  let doomed: readonly Doomed[];
  try {
    doomed = (await Promise.all(own.map((one) => doomOf(ports, one)))).flat();
  } catch (error) {
    if (!(error instanceof PortFailure)) throw error;
    return { gone: [], diagnostics: [error.diagnostic] };
  }
  const [count, total] = [doomed.length, own.length];
  if (!request.force && count > FEW && count * 2 > total) {
    const hint = "`--dry-run` names them; `--force` if that is meant";
    return { gone: [], diagnostics: [diagnostic("JF789", undefined, { count, total, cluster }, { hint })] };
  }
  if (request.dryRun) return { gone: doomed, diagnostics: [] };
  const gone: Doomed[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const one of doomed) {
    const trouble = await removeNamespace(open, one.one.live);
    if (trouble) diagnostics.push(trouble);
    else gone.push(one);
    if (hasErrors(diagnostics)) break;
  }
  return { gone, diagnostics };
}

/** Why a preview goes; none if it stays. Throws PortFailure where GitHub does not tell for sure. */
async function doomOf({ github, now, isWhole }: Sweeping, one: Owned): Promise<readonly Doomed[]> {
  const { record, base } = one;
  const why = (words: string) => [{ one, why: words }];
  const isAllowed = base === undefined ? !isWhole : base.deployment.previews !== undefined;
  if (!isAllowed) return why("its base allows no previews any more");
  if (record.expiresAt <= now) return why("its time is over");
  if (!github) return [];
  const { source } = record;
  if (source.kind === "branch") return (await github.branch(source.branch)) ? [] : why("its branch is gone");
  const pull = await github.pull(source.number);
  return pull?.isOpen ? [] : why("its pull request is closed");
}
