import type { Comment, GitHub } from "../../github-ports.ts";
import { findSticky, type Subject, stickyBody } from "../../render/sticky.ts";

export interface Kept {
  readonly id: number;
  readonly operation: "created" | "updated" | "unchanged";
}

/**
 * Writes the comment of a subject, unless it says that already. `head`: the commit that it is about; where the pull request has another
 * one by now, a later run tells of that, and nothing is written. Throws PortFailure.
 */
export async function keepComment(
  github: GitHub,
  subject: Subject,
  { markdown, head }: { readonly markdown: string; readonly head: string },
): Promise<Kept | undefined> {
  const [login, comments, pull] = await Promise.all([
    github.login(),
    github.comments(subject.pull),
    github.pull(subject.pull),
  ]);
  if (pull?.head.sha !== head) return undefined;
  const body = stickyBody(subject, markdown);
  const before = findSticky(comments, login, subject);
  if (before && isSame(before, body)) return { id: before.id, operation: "unchanged" };
  const written = before
    ? await github.updateComment(before.id, body)
    : await github.createComment(subject.pull, body);
  return { id: written.id, operation: before ? "updated" : "created" };
}

/** GitHub may give lines other ends, and takes blanks off the end. */
function isSame({ body }: Comment, wanted: string): boolean {
  return body.replaceAll("\r\n", "\n").trimEnd() === wanted.trimEnd();
}
