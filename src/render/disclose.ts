import { specOf, typeOf } from "../catalogue/index.ts";
import { nearest } from "../core/nearest.ts";
import { carriesCredentials } from "../core/secret.ts";
import { STANDARD_FIELDS } from "../model/connection-type.ts";
import { type Kind, type ObjectKind, REFERENCE_KEY } from "../model/declaration.ts";
import { type Document, type Entry, type Node, nodeAt, type ParsedFile, textOf } from "../model/tree.ts";
import type { Range } from "./frame.ts";
import { VOCABULARY } from "./vocabulary.ts";

/** The type of the object that a document is about, if it is known. */
export type TypeOfObject = (kind: ObjectKind, id: string) => string | undefined;

/**
 * What a code frame may show of a parsed file (design: 3.2): known keys, names, policy, and the scalars of fields
 * that the catalogue calls plain. Not: unknown keys and what is below them, values of Variables, anything under
 * `secrets`, comments, and other tools' documents.
 */
export function disclose(parsed: ParsedFile, typeOfObject: TypeOfObject): readonly Range[] {
  const ranges: Range[] = [];
  for (const document of parsed.documents) discloseDocument({ document, ranges, typeOfObject });
  return ranges;
}

/** Of a file that does not parse: only words of the language that stand as keys at the beginning of a line. */
export function discloseUnparsed(text: string): readonly Range[] {
  return [...text.matchAll(/^[ \t]*(?:- )?([A-Za-z]+):(?=\s|$)/gm)].flatMap((match) => {
    const word = match[1] ?? "";
    const start = match.index + match[0].length - word.length - 1;
    return VOCABULARY.has(word) ? [{ start, end: start + word.length }] : [];
  });
}

interface Disclosing {
  readonly document: Document;
  readonly ranges: Range[];
  readonly typeOfObject: TypeOfObject;
}

const NAMED = new Set(["name", "deployment", "description"]);
const PLAIN_SPEC = new Set(["type", "auth", "sharing", "protect", "plain", "exclude", "to", "for", "unset"]);
const FREE_KEYS = new Set(["environments", "clusters", "labels", "selector"]);

function discloseDocument(disclosing: Disclosing): void {
  const { root } = disclosing.document;
  if (!textOf(nodeAt(root, "apiVersion"))?.startsWith("jackfield.dev/")) return;
  const kind = textOf(nodeAt(root, "kind")) as Kind | undefined;
  for (const entry of root.entries) {
    showKey(disclosing, entry, VOCABULARY);
    if (entry.key === "apiVersion" || entry.key === "kind") showAll(disclosing, entry.value);
    else if (kind === "Workspace" || kind === "Deployment") showPolicy(disclosing, entry);
    else if (entry.key === "metadata") showNamed(disclosing, entry.value);
    else if (entry.key === "spec" && kind) showSpec(disclosing, entry.value, typeNameOf(disclosing, kind));
  }
}

/** The connection type a document is about: its own, or that of the object it refers to. */
function typeNameOf({ document, typeOfObject }: Disclosing, kind: Kind): string | undefined {
  const { root } = document;
  if (kind === "Connection") return textOf(nodeAt(root, "spec", "type"));
  const id = textOf(nodeAt(root, "spec", REFERENCE_KEY.Connection));
  return id === undefined ? undefined : typeOfObject("Connection", id);
}

function showPolicy(disclosing: Disclosing, entry: Entry): void {
  if (!VOCABULARY.has(entry.key)) return;
  const { value } = entry;
  if (value.kind === "map") {
    for (const child of value.entries) {
      if (FREE_KEYS.has(entry.key)) {
        disclosing.ranges.push(child.keySpan);
        showPolicyValue(disclosing, child.value);
      } else {
        showKey(disclosing, child, VOCABULARY);
        showPolicy(disclosing, child);
      }
    }
  } else showPolicyValue(disclosing, value);
}

function showPolicyValue(disclosing: Disclosing, value: Node): void {
  if (value.kind === "map") {
    for (const child of value.entries) {
      showKey(disclosing, child, VOCABULARY);
      showPolicy(disclosing, child);
    }
  } else if (value.kind === "seq") for (const item of value.items) showPolicyValue(disclosing, item);
  else showAll(disclosing, value);
}

function showNamed(disclosing: Disclosing, metadata: Node): void {
  if (metadata.kind !== "map") return;
  for (const entry of metadata.entries) {
    showKey(disclosing, entry, VOCABULARY);
    if (NAMED.has(entry.key)) showAll(disclosing, entry.value);
  }
}

/** A `spec`, an inline Link, or `overrides`: they have the same words. */
function showSpec(disclosing: Disclosing, spec: Node, type: string | undefined): void {
  if (spec.kind !== "map") return;
  const own = textOf(nodeAt(spec, "type")) ?? type;
  for (const entry of spec.entries) {
    const { key, value } = entry;
    showKey(disclosing, entry, VOCABULARY);
    const isReference = Object.values(REFERENCE_KEY).some((name) => name === key);
    if (isReference || PLAIN_SPEC.has(key)) showPolicyValue(disclosing, value);
    else if (key === "overrides") showSpec(disclosing, value, own);
    else if (key === "links" && value.kind === "seq")
      for (const link of value.items) showSpec(disclosing, link, own);
    else if (key === "secrets") showSecretKeys(disclosing, value, own);
    else if (key === "extra") showExtra(disclosing, value, own, true);
    else if (isPlainField(own, key)) showScalar(disclosing, value);
  }
}

function showSecretKeys(disclosing: Disclosing, secrets: Node, type: string | undefined): void {
  if (secrets.kind !== "map") return;
  for (const entry of secrets.entries) {
    showKey(disclosing, entry, VOCABULARY);
    if (entry.key === "extra") showExtra(disclosing, entry.value, type, false);
  }
}

function showExtra(disclosing: Disclosing, extra: Node, type: string | undefined, values: boolean): void {
  if (extra.kind !== "map") return;
  const known = new Set(extraKeys(type));
  for (const entry of extra.entries) {
    showKey(disclosing, entry, known);
    if (values && isPlainField(type, `extra.${entry.key}`)) showScalar(disclosing, entry.value);
  }
}

function extraKeys(type: string | undefined): readonly string[] {
  const fields = Object.keys((type === undefined ? undefined : typeOf(type))?.fields ?? {});
  return fields.filter((path) => path.startsWith("extra.")).map((path) => path.slice("extra.".length));
}

/** True if the catalogue calls the field plain; of an unknown type, Airflow's own fields but the password are. */
function isPlainField(type: string | undefined, path: string): boolean {
  const known = type === undefined ? undefined : typeOf(type);
  if (known) {
    const spec = specOf(known, path);
    return spec !== undefined && !spec.secret;
  }
  return path !== "password" && STANDARD_FIELDS.some((name) => name === path);
}

/** A key is shown if it is known, or so near to a known one that it cannot be a secret. */
function showKey(disclosing: Disclosing, { key, keySpan }: Entry, known: ReadonlySet<string>): void {
  if (known.has(key) || nearest(key, known) !== undefined) disclosing.ranges.push(keySpan);
}

function showScalar(disclosing: Disclosing, node: Node): void {
  if (node.kind === "scalar") showAll(disclosing, node);
}

function showAll(disclosing: Disclosing, node: Node): void {
  if (node.kind === "scalar") {
    if (!carriesCredentials(String(node.value))) disclosing.ranges.push(node.span);
  } else if (node.kind === "seq") for (const item of node.items) showAll(disclosing, item);
}
