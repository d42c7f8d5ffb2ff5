import { specOf, typeOf } from "../../catalogue/index.ts";
import { type Checked, type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { Secret } from "../../core/secret.ts";
import type { ObjectDeclaration } from "../../model/declaration.ts";
import type { Document, Node, ScalarNode } from "../../model/tree.ts";
import { setAt, setNodeAt } from "../../sops/edit-yaml.ts";
import { typedText } from "../../sops/scalars.ts";

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

/** A plain Credential with these values in it, written as the type's fields want them. */
export function withValues(
  text: string,
  index: number,
  object: ObjectDeclaration,
  values: readonly NewValue[],
): Checked<string | undefined> {
  let made = text;
  const diagnostics: Diagnostic[] = [];
  for (const { field, secret } of values) {
    const typed = typedValue(object, field, secret.reveal());
    if (typed && "code" in typed) {
      diagnostics.push(typed);
      continue;
    }
    const next = typed
      ? setNodeAt(made, pathOf(field), typed, index)
      : setAt(made, pathOf(field), secret.reveal(), index);
    // A text where a map should be: the schema says so.
    if (next === undefined) diagnostics.push(diagnostic("JF032", undefined, { field }));
    else made = next;
  }
  return { value: diagnostics.length > 0 ? undefined : made, diagnostics };
}

/** A number or a switch, where the type says that the field is one; undefined: a text. */
function typedValue(
  { type }: ObjectDeclaration,
  field: string,
  text: string,
): ScalarNode | Diagnostic | undefined {
  const known = type && typeOf(type.value);
  const kind = known ? specOf(known, field)?.kind : field === "port" ? "integer" : undefined;
  const wanted = WANTED[kind ?? ""];
  if (!wanted) return undefined;
  const span = { file: { path: "", text: "" }, start: 0, end: 0 };
  const node: ScalarNode = { kind: "scalar", span, value: text, source: text, style: "plain" };
  if (wanted.types.includes(typedText(node)?.type ?? "null")) return node;
  return diagnostic("JF418", undefined, { field, expected: wanted.words });
}

const WANTED: Readonly<Record<string, { readonly types: readonly string[]; readonly words: string }>> = {
  integer: { types: ["int"], words: "a whole number" },
  number: { types: ["int", "float"], words: "a number" },
  boolean: { types: ["bool"], words: "`true` or `false`" },
};

/** The fields that a document seals. */
export function secretsIn({ root }: Document): readonly string[] {
  const entriesOf = (node: Node | undefined) => (node?.kind === "map" ? node.entries : []);
  const spec = entriesOf(root).find(({ key }) => key === "spec")?.value;
  const secrets = entriesOf(spec).find(({ key }) => key === "secrets")?.value;
  return entriesOf(secrets).flatMap(({ key, value }) =>
    key === "extra" && value.kind === "map" ? value.entries.map((one) => `extra.${one.key}`) : [key],
  );
}
