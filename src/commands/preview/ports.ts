import type { SourceFile } from "../../core/source.ts";
import type { PreviewSource } from "../../model/preview.ts";
import type { Clusters, Files, History, KeySource, SopsProgram } from "../../ports.ts";

/** What every command about previews needs. */
export interface PreviewPorts {
  readonly clusters: Clusters;
  readonly history: History;
  /** Files of the default branch: what it allows, and what others have reviewed. */
  readonly reviewed: readonly SourceFile[];
  readonly tool: string;
  /** In seconds since 1970. */
  readonly now: number;
}

export interface UpPorts extends PreviewPorts {
  /** Of the head: the objects that the preview gets. */
  readonly files: Files;
  readonly keys: KeySource;
  readonly sops?: SopsProgram | undefined;
  readonly holder: string;
  /** Whether the preview is wanted, as things stand: asked before anything is written, and after. */
  readonly isWanted: () => Promise<boolean>;
}

/** Which preview. */
export interface Which {
  readonly workspace?: string | undefined;
  /** Name of the base Deployment. */
  readonly base: string;
  readonly source: PreviewSource;
  /** An id of the repo, or its name: two repos never share a preview. */
  readonly repo: string;
}
