import { compareText } from "../core/source.ts";
import { isSealed } from "../destination/destination.ts";
import type { ChangeWord, FieldDifference, ObjectDifference } from "../model/change.ts";
import type { EffectiveObject, Origin } from "../model/effective.ts";
import type { FieldView } from "../model/manifest.ts";
import type { Lookup, Told } from "./side.ts";
import { tokenOf } from "./tokens.ts";

/** What differs between two versions of one object, or `undefined` if nothing does. Done once for each two. */
export type CompareObjects = (
  base: EffectiveObject | undefined,
  head: EffectiveObject | undefined,
) => ObjectDifference | undefined;

/** Deployments share objects: of each two, whatever share them, the work is done once. */
export function createCompareObjects(lookup: Lookup): CompareObjects {
  const known = new Map<
    EffectiveObject | undefined,
    Map<EffectiveObject | undefined, ObjectDifference | undefined>
  >();
  return (base, head) => {
    // Trees that share documents share what they come to.
    if (base === head) return undefined;
    const row = known.get(base) ?? new Map<EffectiveObject | undefined, ObjectDifference | undefined>();
    known.set(base, row);
    if (!row.has(head)) row.set(head, compareObjects(base, head, lookup));
    return row.get(head);
  };
}

function compareObjects(
  base: EffectiveObject | undefined,
  head: EffectiveObject | undefined,
  lookup: Lookup,
): ObjectDifference | undefined {
  if (!head) return base && { ...named(base), action: "remove", fields: [] };
  const fields = compareFields(base, head, lookup);
  if (base && fields.length === 0) return undefined;
  return { ...named(head), action: base ? "change" : "add", fields };
}

function named({ kind, id, declaration }: EffectiveObject) {
  return { kind, id, at: declaration.id.at };
}

/** Sorted by path. */
function compareFields(
  base: EffectiveObject | undefined,
  head: EffectiveObject,
  { viewOf, recipientsOf }: Lookup,
): readonly FieldDifference[] {
  const before = base && viewOf(base).fields;
  const now = viewOf(head).fields;
  const paths = [...new Set([...(before?.keys() ?? []), ...now.keys()])].sort(compareText);
  const readersOf = (object: EffectiveObject, path: string) => {
    const file = object.fields.get(path)?.credential?.file;
    return file
      ? recipientsOf(file)
          .map(({ kind, id }) => `${kind} ${id}`)
          .sort()
          .join("\n")
      : "";
  };
  return paths.flatMap((path): readonly FieldDifference[] => {
    const [from, to] = [before?.get(path), now.get(path)];
    if (tokenOf(from) !== tokenOf(to)) {
      return [{ path, ...differenceOf(from, to), ...told(to ? head : (base ?? head), path) }];
    }
    if (!base || !isSealedField(head, path) || readersOf(base, path) === readersOf(head, path)) return [];
    const word: ChangeWord = "recipients changed";
    const token = tokenOf(to);
    return [{ path, action: "change", word, isSealed: true, ...(token && { token }), ...told(head, path) }];
  });
}

function isSealedField({ fields }: EffectiveObject, path: string): boolean {
  const field = fields.get(path);
  return field !== undefined && isSealed(field);
}

function differenceOf(from: FieldView | undefined, to: FieldView | undefined) {
  const action = !from ? ("set" as const) : to ? ("change" as const) : ("unset" as const);
  const token = tokenOf(to);
  const shown = shownOf(from, to);
  return {
    action,
    word: wordOf(from, to),
    isSealed: (to ?? from) !== undefined && "sealed" in ((to ?? from) as FieldView),
    ...(token !== undefined && { token }),
    ...(shown && { shown }),
  };
}

function wordOf(from: FieldView | undefined, to: FieldView | undefined): ChangeWord {
  if (!from || !to) return "changed";
  if ("sealed" in to) return "sealed" in from ? "ciphertext changed" : "now sealed";
  return "sealed" in from ? "now plain" : "changed";
}

/** Both, or neither: half of a change says what it was not meant to. */
function shownOf(from: FieldView | undefined, to: FieldView | undefined): FieldDifference["shown"] {
  const jsonOf = (view: FieldView | undefined) =>
    view && "json" in view && view.shown ? view.json : undefined;
  const [before, now] = [jsonOf(from), jsonOf(to)];
  if ((from && before === undefined) || (to && now === undefined)) return undefined;
  return { ...(before !== undefined && { from: before }), ...(now !== undefined && { to: now }) };
}

/** What set a field, and where. */
function told({ declaration, fields, typing }: EffectiveObject, path: string): Partial<Told> {
  const origin = path === "type" ? typing.type.at(-1) : fields.get(path)?.origins.at(-1);
  if (origin) return { at: origin.at, by: wordsOf(origin) };
  const at = path === "description" ? declaration.description?.at : undefined;
  return at ? { at, by: "object" } : {};
}

function wordsOf({ by, selector }: Origin): string {
  return selector === undefined ? by : `${by}, ${selector}`;
}
