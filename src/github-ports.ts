// GitHub, as the pipeline sees it. Readers throw the `PortFailure` of `ports.ts`: what cannot be read is never taken for absent.

/** A branch of a repo; `repo` is undefined where the repo is gone (a deleted fork). Repos are told apart by their numeric ids. */
export interface BranchTip {
  readonly repo: number | undefined;
  readonly branch: string;
  readonly sha: string;
}

export interface Pull {
  readonly number: number;
  readonly isOpen: boolean;
  readonly isMerged: boolean;
  readonly isDraft: boolean;
  readonly author: string;
  readonly head: BranchTip;
  readonly base: BranchTip;
  readonly labels: readonly string[];
  /** Of a merged one, the commit on the base branch; of an open one, a trial merge; undefined where GitHub has made none. */
  readonly mergeCommit: string | undefined;
}

/** One review, as submitted. */
export interface Review {
  readonly user: string;
  readonly state: "approved" | "changes-requested" | "dismissed" | "commented";
  /** The commit that was reviewed; undefined: it is gone. */
  readonly commit: string | undefined;
}

export interface Comment {
  readonly id: number;
  readonly author: string;
  readonly body: string;
}

export interface Repo {
  readonly id: number;
  readonly defaultBranch: string;
}

/** One repo on GitHub. Every list is whole, over all pages. */
export interface GitHub {
  repo(): Promise<Repo>;
  /** Undefined: there is none of this number, in a repo that we see. */
  pull(number: number): Promise<Pull | undefined>;
  /** The pull requests of this repo that brought a commit to its branch. */
  pullsOf(commit: string): Promise<readonly Pull[]>;
  /** Undefined: there is no such branch, in a repo that we see. */
  branch(name: string): Promise<BranchTip | undefined>;
  /** In the order they were submitted. */
  reviews(number: number): Promise<readonly Review[]>;
  /** Everybody who may have pushed the head: the one who did, or, where GitHub does not tell, whoever made its last commit. */
  lastPushers(pull: Pull): Promise<readonly string[]>;
  /** `team`: its slug, in the organisation that owns the repo, or `organisation/slug`. */
  isMember(team: string, user: string): Promise<boolean>;
  /** Who we are. */
  login(): Promise<string>;
  /** Oldest first. */
  comments(number: number): Promise<readonly Comment[]>;
  createComment(number: number, body: string): Promise<Comment>;
  updateComment(id: number, body: string): Promise<Comment>;
  /** One that is not there is deleted. */
  deleteComment(id: number): Promise<void>;
}
