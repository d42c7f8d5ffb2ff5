import { compareSpans, type Span } from "../core/source.ts";
import type { Credential, Deployment, Link, Located, Selector, WrittenField } from "../model/declaration.ts";
import type { Origin } from "../model/effective.ts";
import type { ScalarNode } from "../model/tree.ts";
import { describe, rankOf, selects } from "./select.ts";

/** Something that changes an object where it selects: a Link's overrides or a Credential's secrets. */
export interface Layer {
  readonly rank: number;
  readonly selector?: Selector;
  readonly by: Origin["by"];
  readonly credential?: Credential;
  /** `type` and `auth` are fields here, `type` first. */
  readonly fields: readonly WrittenField[];
  readonly unset: readonly Located<string>[];
}

/** The layers of an object above its own fields, in the order they apply (design: 3.1.3). */
export function layersOf(links: readonly Link[], credentials: readonly Credential[]): readonly Layer[] {
  const layers = [...links.map(linkLayer), ...credentials.flatMap(credentialLayer)];
  return layers
    .sort((a, b) => a.rank - b.rank || compareSpans(a.at, b.at))
    .map(({ layer, rank }) => ({ ...layer, rank }));
}

interface Unordered {
  readonly rank: number;
  readonly at: Span;
  readonly layer: Omit<Layer, "rank">;
}

function linkLayer(link: Link): Unordered {
  const { type, auth, fields, unset } = link.overrides;
  const layer = { selector: link.to, by: "link", fields: [...typing(type, auth), ...fields], unset } as const;
  return { rank: rankOf(link.to), at: link.at, layer };
}

function credentialLayer(credential: Credential): readonly Unordered[] {
  const selector = credential.for;
  if (!selector) return [];
  const layer = { selector, by: "credential", credential, fields: credential.secrets, unset: [] } as const;
  return [{ rank: rankOf(selector), at: credential.at, layer }];
}

/** `type` and `auth` as written fields, so that they layer like any other. */
export function typing(
  type: Located<string> | undefined,
  auth: Located<string> | undefined,
): readonly WrittenField[] {
  const field = (path: string, text: Located<string> | undefined): readonly WrittenField[] =>
    text ? [{ path, keyAt: text.at, value: textNode(text) }] : [];
  return [...field("type", type), ...field("auth", auth)];
}

function textNode({ value, at }: Located<string>): ScalarNode {
  return { kind: "scalar", span: at, value, source: value, style: "plain" };
}

/** Where the fields of a layer come from. */
export function originOf(layer: Layer, at: Span): Origin {
  return { at, by: layer.by, ...(layer.selector && { selector: describe(layer.selector) }) };
}

/** Answers whether a selector selects a Deployment, by index; computed once for equal selectors. */
export interface Selection {
  readonly deployments: readonly Deployment[];
  /** One byte a Deployment. With `preview`, of the previews that may be derived from it. */
  of(selector: Selector, preview?: boolean): Uint8Array;
}

export function createSelection(deployments: readonly Deployment[]): Selection {
  const known = new Map<string, Uint8Array>();
  return {
    deployments,
    of(selector, preview = false) {
      const key = `${preview ? "preview of " : ""}${selector.kind} ${describe(selector)}`;
      const found = known.get(key);
      if (found) return found;
      const bits = Uint8Array.from(deployments, (deployment) =>
        selects(selector, { deployment, preview }) ? 1 : 0,
      );
      known.set(key, bits);
      return bits;
    },
  };
}
