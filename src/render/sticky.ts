import type { Comment } from "../github-ports.ts";

// The one comment on a pull request that is kept up to date.

/** What a comment is about. */
export interface Subject {
  readonly repo: number;
  readonly pull: number;
  /** What of the repo it tells: a folder, a Workspace. */
  readonly target: string;
}

const VERSION = 1;

/** Its first line, which nobody sees. Nothing in it ends an HTML comment. */
export function marker({ repo, pull, target }: Subject): string {
  const name = encodeURIComponent(target).replaceAll("-", "%2D");
  return `<!-- jackfield v${VERSION} repo=${repo} pull=${pull} target=${name} -->`;
}

const FROZEN = "<!-- jackfield applied -->";

/** The whole comment; `isFrozen`: it is never written again. */
export function stickyBody(subject: Subject, markdown: string, isFrozen = false): string {
  return `${marker(subject)}\n${isFrozen ? `${FROZEN}\n` : ""}${markdown}`;
}

/** The newest comment of ours about the subject that is not frozen: by its author and its first line. Nothing else of it is read. */
export function findSticky(
  comments: readonly Comment[],
  login: string,
  subject: Subject,
): Comment | undefined {
  const head = `${marker(subject)}\n`;
  return comments.findLast(({ author, body }) => {
    const text = body.replaceAll("\r\n", "\n");
    return author === login && text.startsWith(head) && !text.startsWith(`${head}${FROZEN}`);
  });
}
