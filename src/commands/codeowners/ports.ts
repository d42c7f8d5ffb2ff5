import type { SourceFile } from "../../core/source.ts";
import type { Files } from "../../ports.ts";

/** What of a repo GitHub looks at before a merge. */
export interface OwnersFolder {
  /** The CODEOWNERS that GitHub reads; undefined: there is none. Throws PortFailure. */
  codeowners(): SourceFile | undefined;
  /** Paths of the workflows. */
  workflows(): readonly string[];
}

export interface OwnersPorts {
  readonly files: Files;
  readonly folder: OwnersFolder;
}
