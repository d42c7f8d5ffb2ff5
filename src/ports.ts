import type { Checked, Diagnostic } from "./core/diagnostic.ts";
import type { Secret } from "./core/secret.ts";
import type { SourceFile } from "./core/source.ts";
import type { Recipient } from "./model/declaration.ts";
import type { Identity } from "./sops/identities.ts";
import type { ScopeRule } from "./sops/scope.ts";

export type {
  Clusters,
  LiveCluster,
  Lock,
  LockAnswer,
  WriteAnswer,
} from "./cluster-ports.ts";
export type { Commit, History, MergedTree, PolicyHistory, Version } from "./history-ports.ts";

// The outside world, as the pipeline sees it. Adapters are in `node/`.

/** The files of a repo. */
export interface Files {
  /** The YAML files of the Workspaces at, around or below the start folder; sorted by path. */
  scan(): Checked<readonly SourceFile[]>;
}

/** Files that a command line names, wherever they are. */
export interface NamedFiles {
  /**
   * A file's text. Its `path` is as `Files` tells it if it lies in the tree, else as it was given. The value is undefined, with a
   * diagnostic, if it cannot be read.
   */
  read(name: string): Checked<SourceFile | undefined>;
}

/** Places for files that are not there yet. */
export interface NewFiles {
  /** The path that a file of this name would have in the tree; undefined if one is there, or if it is no place in the tree. */
  pathFor(name: string): string | undefined;
}

/** A file before and after a command. */
export interface Replacement {
  /** Its text as it was read; undefined: there is no such file yet. */
  readonly before: string | undefined;
  /** What it becomes; undefined: it goes. */
  readonly after: string | undefined;
}

/** What of a work tree GitHub itself reads. */
export interface GitHubFiles {
  /** The CODEOWNERS that counts; undefined: there is none. Throws PortFailure. */
  codeowners(): SourceFile | undefined;
  /** The workflows, sorted by path. Throws PortFailure. */
  workflows(): readonly SourceFile[];
}

/** Writes into the tree that `Files` reads. */
export interface TreeWriter {
  /**
   * Replaces all of these files, or none, by their paths as in `SourceFile`. Throws PortFailure: a file that is not as it was
   * read, a path that leads out of the tree or through a symbolic link, or what the file system refuses.
   */
  replaceAll(files: ReadonlyMap<string, Replacement>): void;
}

/** Where a person or a pipe gives a secret. */
export interface Prompt {
  /** Nobody is asked: the answer comes from a pipe or a file. */
  readonly isPiped: boolean;
  /**
   * All of standard input, without one newline at its end; on a terminal what is typed there, unseen and twice. Throws
   * PortFailure if it is empty, not text, or too long.
   */
  readSecret(question: string): Promise<Secret>;
}

/** Tells whoever waits how far a long run is. */
export interface Progress {
  /** Before each of the steps, from 0; `total` of `total` ends it. */
  report(done: number, total: number, what: string): void;
}

/** The user's editor. */
export interface Editor {
  /** Makes room for a text that the user is to edit, in memory if there is such a folder. Throws PortFailure. */
  open(name: string): EditedFile;
}

/** A plain text in the user's hands. However the process ends, but for `keep`, nothing of it is left behind. */
export interface EditedFile {
  /** Worth telling: where it lies if not in memory. */
  readonly diagnostics: readonly Diagnostic[];
  /** Lets the user edit a text, and gives what he left. Throws PortFailure if the editor fails. */
  edit(text: Secret): Promise<Secret>;
  /** Shows a report, and asks whether to edit again; false where there is nobody to ask. */
  again(report: string): Promise<boolean>;
  /** Leaves the text where it is, and tells where. */
  keep(): string;
  /** Overwrites and removes the text, unless it is kept. Harmless if done before. */
  close(): void;
}

/** Files that git gives a driver of ours to read, and to write its answer into: copies of its own, wherever they lie. */
export interface DriverFiles {
  /** The text of a file; undefined if it is none. Throws PortFailure if it cannot be read. */
  read(path: string): string | undefined;
  /** Throws PortFailure. */
  write(path: string, text: string): void;
}

/** What git is told of us in one clone. */
export interface GitSetup {
  /** How a shell runs this program. */
  readonly command: string;
  /** Of this clone alone; undefined: it is not set here. */
  get(key: string): string | undefined;
  /** Throws PortFailure. */
  set(key: string, value: string): void;
  /** The `.gitattributes` at the root; undefined: there is none. Throws PortFailure. */
  attributes(): string | undefined;
}

/** Private keys. */
export interface KeySource {
  /** Looks for keys at the first call only. */
  identities(): FoundKeys;
}

/** The file that new private keys are written to. */
export interface KeyFile {
  /** As messages name it. */
  readonly path: string;
  /**
   * Writes lines there, for the owner alone, behind those that the file has; if it must be new, one that is there is refused. A
   * place that git does not ignore is refused too. The value says whether it was written. Throws PortFailure.
   */
  append(lines: Secret): Checked<boolean>;
}

export interface FoundKeys {
  readonly identities: readonly Identity[];
  /** Where it looked: names of variables and paths. */
  readonly looked: readonly string[];
  /** What kept a source from giving a key; worth telling only if none gave one. */
  readonly problems: readonly Diagnostic[];
}

/**
 * The `sops` program, which the user opted into, for key services that we do not speak to. Nothing runs before the first call.
 * What goes wrong is told without a byte of what the program says.
 */
export interface SopsProgram {
  /**
   * The plain YAML of a sealed file, once the program verified its MAC. It asks no Vault server but those of `listed`, the
   * recipients that the Workspaces list.
   */
  decrypt(file: SourceFile, listed: readonly Recipient[]): Checked<Secret | undefined>;
  /** A plain file, sealed with a new data key. That it is what was asked for is the caller's to check. */
  encrypt(
    plain: SourceFile,
    recipients: readonly Recipient[],
    scope: Pick<ScopeRule, "name" | "text">,
  ): Checked<string | undefined>;
}

/** What `build` writes for one Deployment: file contents by name. */
export interface BuildFolder {
  readonly workspace: string;
  readonly deployment: string;
  readonly files: ReadonlyMap<string, Secret | string>;
}

/** Where builds go. */
export interface Output {
  /** As messages name it. */
  readonly path: string;
  /** The texts that the last build wrote for a Deployment, by name. */
  existing(workspace: string, deployment: string): ReadonlyMap<string, string>;
  /** Starts a build beside what is there; the value is undefined if this place must not be written to. */
  begin(workspaces: readonly string[]): Checked<BuildWriter | undefined>;
}

/** A build being written. Nothing of it is in place before `commit`; all of it is after. Throws PortFailure. */
export interface BuildWriter {
  add(folder: BuildFolder): void;
  /** `whole`: the folders are all there is of their Workspaces, so what else is there of them goes. */
  commit(whole: boolean): void;
  /** Removes what is not in place; harmless after `commit`. */
  discard(): void;
}

/** A file that a command's answer goes to. */
export interface ArtifactFile {
  /** Replaces what is there. Throws PortFailure. */
  write(text: string): void;
}

/** The outside world failed (disk full, no permission). Becomes a diagnostic in one place, the shell. */
export class PortFailure extends Error {
  readonly diagnostic: Diagnostic;
  /** `user`: what was given to us is at fault, not the machine. */
  readonly fault: "machine" | "user";

  constructor(diagnostic: Diagnostic, fault: "machine" | "user" = "machine") {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
    this.fault = fault;
  }
}
