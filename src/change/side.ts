import type { Span } from "../core/source.ts";
import type { Declarations, Recipient } from "../model/declaration.ts";
import type { EffectiveObject, EffectiveWorkspace } from "../model/effective.ts";
import type { ObjectView } from "../model/manifest.ts";
import type { MapNode, ParsedFile } from "../model/tree.ts";

/** One Workspace of one of the two trees. */
export interface Side {
  readonly declarations: Declarations;
  readonly effective: EffectiveWorkspace;
  /** The valid documents that are its policy: of the Workspace, and of each Deployment by name. */
  readonly policy: ReadonlyMap<string, MapNode>;
}

/** The two of them; undefined where only the other tree has the Workspace. */
export interface Pair {
  readonly base: Side | undefined;
  readonly head: Side | undefined;
}

/** What other stages know of objects and files. */
export interface Lookup {
  readonly viewOf: (object: EffectiveObject) => ObjectView;
  /** Who can read a sealed file. */
  readonly recipientsOf: (file: ParsedFile) => readonly Recipient[];
}

/** A Workspace as it is told apart from others, whatever it is called. */
export function identityOf({ declarations: { workspace } }: Side): string {
  return workspace.uid ?? workspace.name.value;
}

export function nameOf({ base, head }: Pair): string {
  return (head ?? base)?.declarations.workspace.name.value ?? "";
}

/** A place and the words for what stands there. */
export interface Told {
  readonly at: Span;
  readonly by: string;
}
