import { createHash } from "node:crypto";
import { specOf, typeOf } from "../catalogue/index.ts";
import { once } from "../core/once.ts";
import { mayTell } from "../core/patterns.ts";
import type { EffectiveDeployment, EffectiveObject, EffectiveWorkspace } from "../model/effective.ts";
import type { FieldView, ObjectView, SecretView } from "../model/manifest.ts";
import { leaves, type Node } from "../model/tree.ts";
import { type Part, partsOf } from "./encode.ts";
import type { Encoding } from "./json.ts";
import { createLayout, type KeyLayout } from "./layout.ts";

const DIGEST_LENGTH = 16;

/**
 * What each Deployment is to have, as far as it is known without keys: what `emit` writes, with a digest of its ciphertexts in the
 * place of each sealed field. Objects shared by Deployments are looked at once.
 */
export function createViews(
  workspace: EffectiveWorkspace,
): (effective: EffectiveDeployment) => readonly SecretView[] {
  const layoutOf = createLayout(workspace);
  return (effective) =>
    layoutOf(effective).map(({ name, namespace, labels, keys }) => {
      const views = [...keys].map(([key, layout]) => {
        const objects = objectsOf(layout, effective).map(objectView);
        return [key, { form: layout.form, objects }] as const;
      });
      return { name, namespace, labels, keys: new Map(views) };
    });
}

function objectsOf(layout: KeyLayout, { objects }: EffectiveDeployment): readonly EffectiveObject[] {
  return layout.form === "object" ? [layout.object] : objects.filter(({ kind }) => kind === layout.kind);
}

/** An object as far as it is known without keys, under any delivery. */
export const objectView = once((object: EffectiveObject): ObjectView => {
  const { kind, id, declaration } = object;
  const fields = partsOf(object).map((part) => [part.path, fieldView(object, part)] as const);
  return { kind, id, fields: new Map(fields), protect: declaration.protect };
});

function fieldView(object: EffectiveObject, part: Part): FieldView {
  if (part.node && [...leaves(part.node)].some(({ kind }) => kind === "sealed")) {
    return { sealed: digestOf(part.node) };
  }
  return { json: part.json(PLAIN), shown: isShown(object, part) };
}

/** What is wrong with a value is told by whoever emits it. */
const PLAIN: Encoding = {
  report: () => undefined,
  reveal: () => {
    throw new Error("nothing sealed is revealed in a view");
  },
};

/** Ciphertexts are random: their digest says nothing of what they hide. */
function digestOf(node: Node): string {
  const hash = createHash("sha256");
  for (const leaf of leaves(node)) {
    hash.update(leaf.kind === "sealed" ? leaf.ciphertext : leaf.source).update("\0");
  }
  return hash.digest("base64url").slice(0, DIGEST_LENGTH);
}

/** Only what the catalogue knows, and knows to be no secret. */
function isShown({ kind, type, fields }: EffectiveObject, { path, node }: Part): boolean {
  if (path === "type") return true;
  if (kind !== "Connection" || !node || fields.get(path)?.credential) return false;
  const known = type && typeOf(type.value);
  const spec = known && specOf(known, path);
  return spec !== undefined && !spec.secret && ![...leaves(node)].some(isTelling);
}

function isTelling(leaf: Node): boolean {
  return leaf.kind === "scalar" && typeof leaf.value === "string" && mayTell(leaf.value);
}
