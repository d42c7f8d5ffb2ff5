import { type Checked, type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { Secret } from "../../core/secret.ts";
import type { FieldKind } from "../../model/connection-type.ts";
import { type Document, entryOf, type Node, nodeAt, type ScalarNode } from "../../model/tree.ts";
import { SEALED_PREFIX } from "../../parse/build-tree.ts";
import { parseFile } from "../../parse/parse.ts";
import { setAt, setNodeAt } from "../../sops/edit-yaml.ts";
import { typedText } from "../../sops/scalars.ts";
import { withoutSealing } from "../../sops/unsealed-layout.ts";
import type { Base } from "./base.ts";
import { kindOfField } from "./fields.ts";
import type { Target } from "./target.ts";

/** A field of a Credential, and its new value. */
export interface NewValue {
  readonly field: string;
  readonly secret: Secret;
}

/** The keys that lead to a field in a Credential. All after `extra.` is one key. */
export function pathOf(field: string): readonly string[] {
  const keys = field.startsWith("extra.") ? ["extra", field.slice("extra.".length)] : [field];
  return ["spec", "secrets", ...keys];
}

/** The fields that a document holds in `secrets`, with their values. */
export function secretsIn({ root }: Document): ReadonlyMap<string, Node> {
  const secrets = nodeAt(root, "spec", "secrets");
  const entries = secrets?.kind === "map" ? secrets.entries : [];
  return new Map(
    entries.flatMap(({ key, value }) =>
      key === "extra" && value.kind === "map"
        ? value.entries.map((one) => [`extra.${one.key}`, one.value] as const)
        : [[key, value] as const],
    ),
  );
}

/** The text with these values in it, written as the type's fields want them; ready to be sealed. */
export function withValues(
  base: Base,
  target: Target,
  values: readonly NewValue[],
): Checked<string | undefined> {
  const nodes: (readonly [string, Node | string])[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const { field, secret } of values) {
    // Most likely copied from a sealed file.
    if (secret.reveal().startsWith(SEALED_PREFIX)) {
      diagnostics.push(diagnostic("JF352", undefined, {}, { hint: "give the value itself" }));
      continue;
    }
    const value = typedValue(kindOfField(target, field), secret.reveal());
    if (typeof value === "object" && "expected" in value) {
      diagnostics.push(diagnostic("JF418", undefined, { field, expected: value.expected }));
    } else nodes.push([field, value]);
  }
  return diagnostics.length > 0 ? { value: undefined, diagnostics } : withNodes(base, target, nodes);
}

/** The same with texts and nodes. */
export function withNodes(
  { path, text, plain }: Base,
  { credential }: Target,
  values: readonly (readonly [field: string, value: Node | string])[],
): Checked<string | undefined> {
  const index = credential?.document.index ?? 0;
  let made = text;
  for (const [field, value] of values) {
    const keys = pathOf(field);
    const next =
      typeof value === "string" ? setAt(made, keys, value, index) : setNodeAt(made, keys, value, index);
    // An alias, or a text where a map should be.
    if (next === undefined)
      return { value: undefined, diagnostics: [diagnostic("JF032", credential?.at, { field })] };
    made = next;
  }
  if (!credential || plain) return { value: made, diagnostics: [] };
  const bare = withoutSealing({ path, text: made });
  if (bare === undefined) throw new Error("every sealed value was given anew");
  return { value: bare, diagnostics: [] };
}

/** A number, a switch, a map or a list where the type says that the field is one; else a text. */
function typedValue(kind: FieldKind | undefined, text: string): Node | string | { expected: string } {
  if (kind === "object" || kind === "array") {
    return jsonNode(kind === "object" ? "map" : "seq", text) ?? { expected: EXPECTED[kind] };
  }
  const span = { file: { path: "", text: "" }, start: 0, end: 0 };
  const node: ScalarNode = { kind: "scalar", span, value: text, source: text, style: "plain" };
  const type = typedText(node)?.type ?? "null";
  switch (kind) {
    case "integer":
      return type === "int" ? node : { expected: EXPECTED.integer };
    case "number":
      return type === "int" || type === "float" ? node : { expected: EXPECTED.number };
    case "boolean":
      return type === "bool" ? node : { expected: EXPECTED.boolean };
    case "boolean-or-string":
      return type === "bool" ? node : text;
    default:
      return text;
  }
}

const EXPECTED = {
  integer: "a whole number",
  number: "a number",
  boolean: "`true` or `false`",
  object: "a map, here as JSON",
  array: "a list, here as JSON",
} as const;

/** Read by the parser that reads files, so that numbers stay as they are written. */
function jsonNode(kind: "map" | "seq", text: string): Node | undefined {
  if (!isJson(text)) return undefined;
  const root = parseFile({ path: "value.json", text: `{"value": ${text}\n}` }).value?.documents[0]?.root;
  const node = root && entryOf(root, "value")?.value;
  return node?.kind === kind ? node : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
