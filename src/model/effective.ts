import type { Span } from "../core/source.ts";
import type {
  Credential,
  Deployment,
  Located,
  ObjectDeclaration,
  ObjectKind,
  Workspace,
} from "./declaration.ts";
import type { Node } from "./tree.ts";

/** One place that set or unset a field, and by what. Chains run from the least specific to the one that won. */
export interface Origin {
  readonly at: Span;
  readonly by: "object" | "link" | "credential";
  /** How the Link or Credential selects, in words: `all`, `environment production`, `deployments prod`, … */
  readonly selector?: string;
  readonly unset?: true;
}

/** One field of an effective object. */
export interface EffectiveField {
  readonly path: string;
  /** A tree whose leaves may be sealed; `""` in a Credential stays plain in SOPS. */
  readonly value: Node;
  readonly origins: readonly Origin[];
  /** The Credential it is drawn from, if it is. */
  readonly credential?: Credential;
}

/**
 * What one or more Deployments end up with for one object. Deployments that get the very same share the
 * instance, so work done once per instance is done once for all of them.
 */
export interface EffectiveObject {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly declaration: ObjectDeclaration;
  readonly type?: Located<string>;
  /** The authentication method, as written or told from the fields; absent for unknown types. */
  readonly auth?: string;
  /** What set `type` and `auth`, as far as they are written. */
  readonly typing: { readonly type: readonly Origin[]; readonly auth: readonly Origin[] };
  /** By path, sorted by path. */
  readonly fields: ReadonlyMap<string, EffectiveField>;
  /** Fields that were unset and stayed so. */
  readonly unset: ReadonlyMap<string, readonly Origin[]>;
}

/** Everything one Deployment ends up with, sorted by kind (Connection, Variable, EnvironmentVariable), then id. */
export interface EffectiveDeployment {
  readonly deployment: Deployment;
  readonly objects: readonly EffectiveObject[];
}

/** A Workspace resolved. */
export interface EffectiveWorkspace {
  readonly workspace: Workspace;
  /** Sorted by name. */
  readonly deployments: readonly EffectiveDeployment[];
}
