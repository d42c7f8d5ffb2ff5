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

/** The whole comment. */
export function stickyBody(subject: Subject, markdown: string): string {
  return `${marker(subject)}\n${markdown}`;
}

/** The comment with one more line on what became of it, above the rest; undefined: it says so already. */
export function withNote({ body }: Comment, line: string): string | undefined {
  const [head = "", ...rest] = body.replaceAll("\r\n", "\n").split("\n");
  return rest.includes(line) ? undefined : [head, line, "", ...rest].join("\n");
}

/** The first comment of ours about the subject: by its author and its first line. Nothing else of it is read. */
export function findSticky(
  comments: readonly Comment[],
  login: string,
  subject: Subject,
): Comment | undefined {
  const head = `${marker(subject)}\n`;
  return comments.find(
    ({ author, body }) => author === login && body.replaceAll("\r\n", "\n").startsWith(head),
  );
}
