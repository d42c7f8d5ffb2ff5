import { asciiJson } from "../core/ascii-json.ts";
import { isJsonObject } from "../core/json.ts";
import { compareText } from "../core/source.ts";
import type { ObjectKind } from "../model/declaration.ts";
import type { ObjectName } from "../model/plan.ts";
import { nameOf } from "./record.ts";

/** An object as a Secret holds it: the JSON of each field, by path as in `FieldChange`. */
export interface HeldObject extends ObjectName {
  readonly fields: ReadonlyMap<string, string>;
}

/** What one key is read as: `entries` of objects of a kind, or the text of one `object`. */
export type Form =
  | { readonly form: "entries"; readonly kind: ObjectKind }
  | { readonly form: "object"; readonly name: ObjectName };

/** The objects that the text of one key holds, by name. A text that is not what it should be holds none, or one without fields. */
export function heldIn(text: string, form: Form): ReadonlyMap<string, HeldObject> {
  if (form.form === "object") return byName([held(form.name, textFields(text, form.name.kind))]);
  const entries = membersOf(parsed(text));
  return byName(entries.map(([id, value]) => held({ kind: form.kind, id }, valueFields(value, form.kind))));
}

function byName(objects: readonly HeldObject[]): ReadonlyMap<string, HeldObject> {
  return new Map(objects.map((object) => [nameOf(object), object]));
}

function held({ kind, id }: ObjectName, fields: readonly (readonly [string, string])[]): HeldObject {
  return { kind, id, fields: new Map(fields) };
}

function textFields(text: string, kind: ObjectKind): readonly (readonly [string, string])[] {
  return kind === "Connection" ? valueFields(parsed(text), kind) : [["value", asciiJson(text)]];
}

function valueFields(value: unknown, kind: ObjectKind): readonly (readonly [string, string])[] {
  if (kind !== "Connection") return [["value", canonical(value)]];
  return membersOf(value).flatMap(([key, member]) => {
    if (key === "conn_type") return [["type", canonical(member)] as const];
    // What is no map is no `extra` of ours: it is told as one field.
    if (key !== "extra" || !isMap(member)) return [[key, canonical(member)] as const];
    return membersOf(member).map(([name, one]) => [`extra.${name}`, canonical(one)] as const);
  });
}

/** A number as it is written: JavaScript's own would take long ones for equal. */
class RawNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text, rawNumbers);
  } catch {
    return undefined;
  }
}

function rawNumbers(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === "number" && context?.source !== undefined ? new RawNumber(context.source) : value;
}

/** JSON as the emitter writes it. */
function canonical(value: unknown): string {
  if (value instanceof RawNumber) return value.source;
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "string") return asciiJson(value);
  if (!isMap(value)) return JSON.stringify(value) ?? "null";
  const members = [...membersOf(value)].sort(([a], [b]) => compareText(a, b));
  return `{${members.map(([key, one]) => `${asciiJson(key)}:${canonical(one)}`).join(",")}}`;
}

function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isMap(value) ? Object.entries(value) : [];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return isJsonObject(value) && !(value instanceof RawNumber);
}
