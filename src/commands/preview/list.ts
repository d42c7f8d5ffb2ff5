import type { Outcome } from "../../outcome.ts";
import { table } from "../../render/table.ts";
import { ownedPreviews } from "./owned.ts";
import type { PreviewPorts } from "./ports.ts";

/** `jackfield preview list`: the previews that live, and until when. */
export async function list(ports: PreviewPorts, workspace: string | undefined): Promise<Outcome> {
  const { places, diagnostics } = await ownedPreviews(ports, workspace, false);
  for (const { open } of places) open.close();
  const previews = places.flatMap(({ workspace: name, cluster, owned }) =>
    owned.map(({ record, live }) => ({
      workspace: name,
      cluster,
      namespace: live.name,
      preview: record.deployment,
      base: record.base,
      source: record.source,
      sha: record.sha,
      createdAt: isoOf(record.createdAt),
      expiresAt: isoOf(record.expiresAt),
      leaving: live.isLeaving,
    })),
  );
  const rows = previews.map(({ preview, cluster, namespace, sha, expiresAt, leaving }) => [
    preview,
    `${cluster}/${namespace}`,
    sha.slice(0, SHORT),
    leaving ? "is being deleted" : `until ${expiresAt}`,
  ]);
  const none = diagnostics.length > 0 ? "" : "no previews\n";
  return { diagnostics, result: { previews }, text: rows.length > 0 ? table(rows) : none };
}

const SHORT = 12;

function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
