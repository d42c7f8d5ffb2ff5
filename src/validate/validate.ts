import { append } from "../core/append.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Kind } from "../model/declaration.ts";
import { type Document, leaves, type Node, nodeAt } from "../model/tree.ts";
import { explain } from "./explain.ts";
import {
  Connection,
  Credential,
  Deployment,
  EnvironmentVariable,
  Link,
  type ShapeValidator,
  Variable,
  Workspace,
} from "./generated/validators.js";
import { plainValue } from "./plain-value.ts";
import { inlined } from "./schemas/inline.ts";
import { DEFS, KIND_SCHEMAS } from "./schemas/kinds.ts";
import type { Schema } from "./schemas/schema.ts";
import { emptyLeaves } from "./secrets.ts";

const VALIDATORS: Readonly<Record<Kind, ShapeValidator>> = {
  Workspace,
  Deployment,
  Connection,
  Variable,
  EnvironmentVariable,
  Link,
  Credential,
};

/**
 * Judges one document by the shape of its kind: which keys there are and what their values look like, by
 * themselves (design 3). Whether a field fits the connection type is judged later, on the effective object.
 * Gives every trouble, one a cause, in no particular order; an empty list means that `declare` can read it.
 */
export function validateDocument(document: Document, kind: Kind): readonly Diagnostic[] {
  const { root } = document;
  const secrets = kind === "Credential" ? nodeAt(root, "spec", "secrets") : undefined;
  const found = [...sealedOutside(root, secrets)];
  const validate = VALIDATORS[kind];
  if (!validate(plainValue(root))) {
    append(found, explain(root, schemaOf(kind), validate.errors ?? []));
  }
  if (secrets) append(found, emptyLeaves(secrets));
  return onePerPlace(found);
}

const schemas = new Map<Kind, Schema>();

function schemaOf(kind: Kind): Schema {
  const known = schemas.get(kind);
  if (known) return known;
  const schema = inlined(KIND_SCHEMAS[kind], DEFS);
  schemas.set(kind, schema);
  return schema;
}

function sealedOutside(root: Node, secrets: Node | undefined): readonly Diagnostic[] {
  const hint = "secrets stand under `secrets` of a Credential, and nothing else is sealed";
  const inside = new Set<Node>(secrets ? leaves(secrets) : []);
  const outside = [...leaves(root)].filter((leaf) => leaf.kind === "sealed" && !inside.has(leaf));
  return outside.map((leaf) => diagnostic("JF212", leaf.span, {}, { hint }));
}

/** A wrong value often breaks several keywords: the first says it. Several keys may be missing at one place. */
function onePerPlace(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const told = new Set<string>();
  return found.filter(({ code, message, at }) => {
    const isAbsence = code === "JF202" || code === "JF209";
    const place = `${at?.start}:${at?.end}:${isAbsence ? message : ""}`;
    return !told.has(place) && told.add(place);
  });
}
