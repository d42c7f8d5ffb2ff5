import type { LiveNamespace, WriteAnswer } from "../../cluster-ports.ts";
import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { LiveCluster } from "../../ports.ts";

/** Removes a namespace as it was seen, with all it holds; a diagnostic if that was not done. */
export async function removeNamespace(
  cluster: LiveCluster,
  { name, seen, isLeaving }: LiveNamespace,
): Promise<Diagnostic | undefined> {
  if (isLeaving) return undefined;
  const answer = await cluster.previews.remove(name, seen);
  return answer.kind === "done" ? undefined : unwantedWrite(name, answer);
}

/** What to tell of a write that was not done. */
export function unwantedWrite(
  namespace: string,
  answer: Exclude<WriteAnswer, { readonly kind: "done" }>,
): Diagnostic {
  if (answer.kind !== "changed") return answer.diagnostic;
  return diagnostic("JF792", undefined, { namespace }, { hint: "run it again: it looks anew" });
}
