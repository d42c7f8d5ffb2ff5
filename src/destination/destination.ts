import { isDestination } from "../catalogue/destination.ts";
import { typeOf } from "../catalogue/index.ts";
import { baseName } from "../model/base-name.ts";
import type { Deployment } from "../model/declaration.ts";
import type { EffectiveField, EffectiveObject } from "../model/effective.ts";
import { leaves, type Node } from "../model/tree.ts";

/**
 * Where an object's credentials are sent in a Deployment (design: 2, destination): tokens by `cluster`, `namespace`, `secret`, `type`,
 * `auth`, and by the path of each field that counts. Two destinations are the same if their tokens are; a sealed field's is its
 * ciphertext.
 */
export function destinationOf(deployment: Deployment, object: EffectiveObject): ReadonlyMap<string, string> {
  const { cluster, namespace } = deployment;
  const place = [
    ["cluster", cluster.value],
    ["namespace", namespace.value],
    ["secret", baseName(deployment)],
  ] as const;
  return new Map([...place, ...contentsOf(object)]);
}

/** The same without the place: of an object in whichever Deployment. */
export function contentsOf(object: EffectiveObject): ReadonlyMap<string, string> {
  if (object.kind !== "Connection") return new Map();
  const { type, auth, fields } = object;
  const counted = [...fields.values()].filter((field) => counts(object, field));
  return new Map([
    ["type", type?.value ?? ""],
    ["auth", auth ?? ""],
    ...counted.map(({ path, value }) => [path, tokenOf(value)] as const),
  ]);
}

/** Of a type that nobody knows, every field may be where a credential goes, but those drawn from `secrets`. */
function counts({ type }: EffectiveObject, { path, credential }: EffectiveField): boolean {
  const known = type && typeOf(type.value);
  return known ? isDestination(known, path) : credential === undefined;
}

function tokenOf(value: Node): string {
  return JSON.stringify(plain(value), (_, one) => (typeof one === "bigint" ? `${one}n` : one));
}

/** Values as values, a map by its keys: how they are written is no part of where they lead. */
function plain(node: Node): unknown {
  switch (node.kind) {
    case "scalar":
      return { value: node.value };
    case "sealed":
      return { sealed: node.ciphertext };
    case "seq":
      return node.items.map(plain);
    case "map":
      return { map: node.entries.map(({ key, value }) => [key, plain(value)]).sort() };
  }
}

/** True if any of an object's values is sealed. */
export function holdsSecret({ fields }: EffectiveObject): boolean {
  return [...fields.values()].some(isSealed);
}

/** True if something of a field's value is sealed. */
export function isSealed({ value }: EffectiveField): boolean {
  return [...leaves(value)].some(({ kind }) => kind === "sealed");
}
