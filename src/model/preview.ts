// Preview Deployments (design: 3.5).

/** What a preview is of: a pull request, or a branch without one. */
export type PreviewSource =
  | { readonly kind: "pull"; readonly number: number; readonly branch: string }
  | { readonly kind: "branch"; readonly branch: string };

/** One preview Deployment to be: of a base, for a pull request or a branch, at a commit. */
export interface PreviewRequest {
  /** Name of the base Deployment. */
  readonly base: string;
  readonly source: PreviewSource;
  /** Of the head whose objects it gets. */
  readonly sha: string;
}

/** What the namespace of a preview says of it, in labels and annotations. */
export interface PreviewRecord {
  readonly workspaceUid: string;
  /** The repo: a numeric id of GitHub's, or a name where there is no GitHub. */
  readonly repo: string;
  readonly base: string;
  /** Its Deployment's name: `<base>-pr-<number>` or `<base>-branch-<slug>`. */
  readonly deployment: string;
  readonly source: PreviewSource;
  readonly sha: string;
  /** The commit its policy came from. */
  readonly policy: string | undefined;
  /** When it was made, and when it ends, in seconds since 1970. */
  readonly createdAt: number;
  readonly expiresAt: number;
}
