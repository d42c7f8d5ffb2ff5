import type { Comment, GitHub } from "../../github-ports.ts";
import { findSticky, type Subject, stickyBody, withNote } from "../../render/sticky.ts";

export interface Kept {
  readonly id: number;
  readonly operation: "created" | "updated" | "unchanged";
}

export interface News {
  readonly markdown: string;
  /** The commit that it is about. */
  readonly head: string;
  /** Nothing worth a first comment; one that is there is brought up to date all the same. */
  readonly isSilent: boolean;
}

/**
 * Writes the comment of a subject, unless it says that already. Where the pull request has another
 * one by now, a later run tells of that, and nothing is written; nor is it once the pull request is closed, for then the comment is a record
 * of what was reviewed. Throws PortFailure.
 */
export async function keepComment(
  github: GitHub,
  subject: Subject,
  { markdown, head, isSilent }: News,
): Promise<Kept | undefined> {
  const [login, comments, pull] = await Promise.all([
    github.login(),
    github.comments(subject.pull),
    github.pull(subject.pull),
  ]);
  if (pull?.head.sha !== head || !pull.isOpen) return undefined;
  const body = stickyBody(subject, markdown);
  const before = findSticky(comments, login, subject);
  if (!before && isSilent) return undefined;
  if (before && isSame(before, body)) return { id: before.id, operation: "unchanged" };
  if (before) return { id: (await github.updateComment(before.id, body)).id, operation: "updated" };
  const { id } = await github.createComment(subject.pull, body);
  return { id: await onlyOne(github, subject, { login, id }), operation: "created" };
}

/** Where two runs wrote a first comment at once, the older one stays, and the newer one's goes; gives the id of the one that stays. */
async function onlyOne(
  github: GitHub,
  subject: Subject,
  { login, id }: { readonly login: string; readonly id: number },
): Promise<number> {
  const first = findSticky(await github.comments(subject.pull), login, subject);
  if (!first || first.id >= id) return id;
  await github.deleteComment(id);
  return first.id;
}

/** Adds what became of a merged pull request to its comment, if it has one. Throws PortFailure. */
export async function noteInComment(github: GitHub, subject: Subject, line: string): Promise<void> {
  const [login, comments] = await Promise.all([github.login(), github.comments(subject.pull)]);
  const found = findSticky(comments, login, subject);
  const body = found && withNote(found, line);
  if (found && body !== undefined) await github.updateComment(found.id, body);
}

/** GitHub may give lines other ends, and takes blanks off the end. */
function isSame({ body }: Comment, wanted: string): boolean {
  return body.replaceAll("\r\n", "\n").trimEnd() === wanted.trimEnd();
}
