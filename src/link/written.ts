import { matchesMaskingWords, specOf, typeOf } from "../catalogue/index.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { didYouMean } from "../core/nearest.ts";
import type { ConnectionType } from "../model/connection-type.ts";
import type { Located, WrittenField } from "../model/declaration.ts";
import { leaves, type Node } from "../model/tree.ts";
import type { Subject } from "./directory.ts";
import { numberTrap, wordTrap } from "./traps.ts";

type Report = (trouble: Diagnostic) => void;

/**
 * Judges what each document of an object writes, where it stands (design: 3.1.6): secrets in plain, unknown
 * `extra` keys, and numbers or words that YAML readers take differently.
 */
export function checkWritten(subject: Subject, report: Report): void {
  const objects = [...(subject.shared ? [subject.shared] : []), ...subject.own.values()];
  const overrides = subject.links.map((link) => link.overrides);
  const types = candidateTypes([...objects, ...overrides].flatMap(({ type }) => type ?? []));
  const plain = new Map(objects.flatMap((object) => [...object.plain]));
  for (const { type, fields } of [...objects, ...overrides]) {
    const context = { subject, types: type ? candidateTypes([type]) : types, plain, report };
    for (const field of fields) checkPlainField(context, field);
  }
  const credentials = [...subject.credentials, ...[...subject.ownCredentials.values()].flat()];
  for (const field of credentials.flatMap((credential) => credential.secrets)) {
    checkSealedField(types, field, report);
  }
  for (const [key, at] of plain) checkPlainDeclaration(types, key, at, report);
}

interface Context {
  readonly subject: Subject;
  /** The types the object can have here; undefined ones are not in the catalogue. */
  readonly types: readonly (ConnectionType | undefined)[];
  readonly plain: ReadonlyMap<string, Located<string>>;
  readonly report: Report;
}

function candidateTypes(types: readonly Located<string>[]): readonly (ConnectionType | undefined)[] {
  return [...new Set(types.map((type) => typeOf(type.value)))];
}

function checkPlainField(context: Context, field: WrittenField): void {
  const { subject, report } = context;
  if (mustBeSealed(context, field)) {
    const params = { field: field.path, id: subject.id };
    const hint = `take it out, treat it as leaked, and seal the new one: \`jackfield secrets set ${subject.id} ${field.path} --environment E\``;
    report(diagnostic("JF414", field.keyAt, params, { hint }));
    return;
  }
  if (subject.kind === "Connection") checkExtraKey(context, field);
  checkTraps(context, field);
}

function mustBeSealed({ subject, types, plain }: Context, { path, value }: WrittenField): boolean {
  if (isEmptyText(value)) return false;
  if (subject.kind !== "Connection") return matchesMaskingWords(subject.id);
  if (path === "password") return true;
  const known = types.flatMap((type) => (type && specOf(type, path)) ?? []);
  if (known.some((spec) => spec.secret)) return true;
  if (known.length > 0)
    return known.some((s) => s.kind === "object" || s.kind === "json") && holdsSecret(value);
  const key = extraKey(path);
  const open = types.some((type) => type?.openExtra !== undefined);
  return key !== undefined && open && (matchesMaskingWords(key) || (!plain.has(key) && holdsSecret(value)));
}

/** True if a nested key that Airflow would mask has a text of its own. */
function holdsSecret(value: Node): boolean {
  if (value.kind === "seq") return value.items.some(holdsSecret);
  if (value.kind !== "map") return false;
  return value.entries.some(({ key, value: nested }) =>
    nested.kind === "scalar"
      ? typeof nested.value === "string" && nested.value !== "" && matchesMaskingWords(key)
      : holdsSecret(nested),
  );
}

function checkExtraKey({ types, plain, report }: Context, { path, keyAt }: WrittenField): void {
  const key = extraKey(path);
  if (key === undefined || plain.has(key) || isKnown(types, path)) return;
  const known = knownKeys(types);
  const hint =
    didYouMean(key, known) ??
    "seal it in a Credential, or list it in `plain` as `extra.<key>` if it is no secret";
  report(diagnostic("JF415", keyAt, { type: typeWords(types) }, { hint }));
}

function checkSealedField(types: Context["types"], { path, keyAt }: WrittenField, report: Report): void {
  const key = extraKey(path);
  // An unknown type knows no keys: there every one of them is as good as any other.
  if (key === undefined || types.includes(undefined) || isKnown(types, path)) return;
  const hint = didYouMean(key, knownKeys(types));
  report(diagnostic("JF416", keyAt, { type: typeWords(types) }, { hint }));
}

function checkPlainDeclaration(
  types: Context["types"],
  key: string,
  at: Located<string>,
  report: Report,
): void {
  const isInCatalogue = types.some((type) => type && specOf(type, `extra.${key}`));
  if (isInCatalogue) report(diagnostic("JF433", at.at, {}, { hint: "remove it from `plain`" }));
}

/** Where nothing says what a value must be, a YAML 1.1 reader would see another value than we do. */
function checkTraps({ types, report }: Context, { path, value }: WrittenField): void {
  const untyped = !types.some((type) => type && specOf(type, path));
  for (const leaf of leaves(value)) {
    if (leaf.kind === "sealed") continue;
    const trap = numberTrap(leaf) ?? (untyped ? wordTrap(leaf) : undefined);
    if (trap) report(trap);
  }
}

function isKnown(types: Context["types"], path: string): boolean {
  return types.some((type) => type && (specOf(type, path) || type.openExtra !== undefined));
}

function knownKeys(types: Context["types"]): readonly string[] {
  return types.flatMap((type) => Object.keys(type?.fields ?? {}).flatMap((path) => extraKey(path) ?? []));
}

function typeWords(types: Context["types"]): string {
  const names = types.map((type) =>
    type ? `type \`${type.type}\`` : "a type that the catalogue does not know",
  );
  return names.join(" or ");
}

function extraKey(path: string): string | undefined {
  return path.startsWith("extra.") ? path.slice("extra.".length) : undefined;
}

function isEmptyText(node: Node): boolean {
  return node.kind === "scalar" && node.value === "";
}
