import type { Checked, Diagnostic } from "./core/diagnostic.ts";
import type { Secret } from "./core/secret.ts";
import type { SourceFile } from "./core/source.ts";
import type { Identity } from "./sops/identities.ts";

// The outside world, as the pipeline sees it. Adapters are in `node/`.

/** The files of a repo. */
export interface Files {
  /** The YAML files of the Workspaces at, around or below the start folder; sorted by path. */
  scan(): Checked<readonly SourceFile[]>;
}

/** Private keys. */
export interface KeySource {
  /** Looks for keys at the first call only. */
  identities(): FoundKeys;
}

export interface FoundKeys {
  readonly identities: readonly Identity[];
  /** Where it looked: names of variables and paths. */
  readonly looked: readonly string[];
  /** What kept a source from giving a key; worth telling only if none gave one. */
  readonly problems: readonly Diagnostic[];
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

/** The outside world failed (disk full, no permission). Becomes a diagnostic in one place, the shell. */
export class PortFailure extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}
