import { matchesMaskingWords, specOf, typeOf } from "../catalogue/index.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { type Kind, type ObjectKind, REFERENCE_KEY } from "../model/declaration.ts";
import { type Document, type Entry, entryOf, type Node, nodeAt, textOf } from "../model/tree.ts";

/** A document that nothing is made of, because it is refused or no Workspace holds it. */
export interface UnusedDocument {
  readonly kind: Kind;
  readonly document: Document;
}

/**
 * Secrets in plain text by the names of their fields, in a document that is not linked, so that nobody else tells (JF414). They
 * are as leaked as any. Only what is secret whatever else the estate says: names of documents are not quoted, as anything may stand there.
 */
export function* plainByName({ kind, document: { root } }: UnusedDocument): Generator<Diagnostic> {
  const spec = nodeAt(root, "spec");
  if (kind === "Link") yield* ofOverrides(spec, linked(spec));
  if (!isObject(kind)) return;
  const object = { kind, name: textOf(nodeAt(root, "metadata", "name")) ?? "", type: textAt(spec, "type") };
  yield* ofFields(spec, object);
  const links = nodeAt(spec, "links");
  for (const link of links?.kind === "seq" ? links.items : []) yield* ofOverrides(link, object);
}

interface ObjectOf {
  readonly kind: ObjectKind;
  readonly name: string;
  readonly type: string;
}

function isObject(kind: Kind): kind is ObjectKind {
  return Object.hasOwn(REFERENCE_KEY, kind);
}

function linked(spec: Node | undefined): ObjectOf | undefined {
  for (const kind of Object.keys(REFERENCE_KEY) as ObjectKind[]) {
    const name = textOf(nodeAt(spec, REFERENCE_KEY[kind]));
    if (name !== undefined) return { kind, name, type: "" };
  }
  return undefined;
}

function* ofOverrides(link: Node | undefined, object: ObjectOf | undefined): Generator<Diagnostic> {
  const overrides = nodeAt(link, "overrides");
  if (object) yield* ofFields(overrides, { ...object, type: textAt(overrides, "type") || object.type });
}

function* ofFields(map: Node | undefined, { kind, name, type }: ObjectOf): Generator<Diagnostic> {
  if (kind !== "Connection") {
    const value = entryOf(map, "value");
    if (value && hasText(value) && matchesMaskingWords(name)) yield secret(value, "`value`");
    return;
  }
  const password = entryOf(map, "password");
  if (password && hasText(password)) yield secret(password, "`password`");
  const known = typeOf(type);
  const extra = nodeAt(map, "extra");
  for (const entry of known && extra?.kind === "map" ? extra.entries : []) {
    const path = `extra.${entry.key}`;
    const spec = known && specOf(known, path);
    const isMasked = !spec && known?.openExtra !== undefined && matchesMaskingWords(entry.key);
    if (!hasText(entry)) continue;
    if (spec?.secret) yield secret(entry, `\`${path}\``);
    else if (isMasked) yield secret(entry, "this key of `extra`");
  }
}

/** Also one that is no text, which is refused for that. A sealed one is told by itself. */
function hasText({ value }: Entry): boolean {
  return value.kind === "scalar" && value.value !== null && value.value !== "";
}

function secret({ keySpan }: Entry, field: string): Diagnostic {
  const hint = "take it out, treat it as leaked, and seal a new one: `jackfield secrets set`";
  return diagnostic("JF380", keySpan, { field }, { hint });
}

function textAt(node: Node | undefined, key: string): string {
  return textOf(nodeAt(node, key)) ?? "";
}
