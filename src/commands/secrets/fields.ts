import { specOf, typeOf } from "../../catalogue/index.ts";
import { diagnostic } from "../../core/diagnostic.ts";
import { didYouMean } from "../../core/nearest.ts";
import { type ConnectionType, type FieldKind, STANDARD_FIELDS } from "../../model/connection-type.ts";
import { type Outcome, usage } from "../../outcome.ts";
import { isAimed } from "./aim.ts";
import type { Target } from "./target.ts";

/** The types that the object has where the secret is for: Links may change it. Undefined: one that the catalogue does not know. */
function typesOf({ workspace, object, aim }: Target): readonly (ConnectionType | undefined)[] {
  const there = workspace.effective.deployments.flatMap(({ deployment, objects }) =>
    isAimed(deployment, aim) ? objects.filter(({ declaration }) => declaration === object) : [],
  );
  const types = (there.length > 0 ? there : [object]).map(({ type }) => type?.value);
  return [...new Set(types)].map((name) => (name === undefined ? undefined : typeOf(name)));
}

/** The complaint that an object has no such field, or none that a Credential may hold; told before a value is asked for. */
export function wrongField(target: Target, fields: readonly string[]): Outcome | undefined {
  const { kind, plain } = target.object;
  if (kind !== "Connection") {
    const other = fields.find((field) => field !== "value");
    return other === undefined ? undefined : noField(other, ["value"]);
  }
  const types = typesOf(target);
  for (const field of fields) {
    const key = /^extra\.(.+)$/s.exec(field)?.[1];
    const isKnown = types.some((type) => {
      if (!type) return key !== undefined || isStandard(field);
      return specOf(type, field) !== undefined || (key !== undefined && type.openExtra !== undefined);
    });
    if (!isKnown && !(key !== undefined && plain.has(key))) return noField(field, knownFields(types));
  }
  return undefined;
}

/** What a value of a field has to be; undefined where nobody says. */
export function kindOfField(target: Target, field: string): FieldKind | undefined {
  if (target.object.kind !== "Connection") return "string";
  const kinds = typesOf(target).flatMap((type) => (type && specOf(type, field)?.kind) ?? []);
  return kinds[0] ?? (field === "port" ? "integer" : undefined);
}

function isStandard(field: string): boolean {
  return STANDARD_FIELDS.some((one) => one === field);
}

/** Those that have to be sealed come first. */
function knownFields(types: readonly (ConnectionType | undefined)[]): readonly string[] {
  const specs = types.flatMap((type) => Object.entries(type?.fields ?? {}));
  const secret = specs.filter(([, spec]) => spec.secret).map(([field]) => field);
  const known = [...new Set([...secret, ...specs.map(([field]) => field)])];
  return known.length > 0 ? known : STANDARD_FIELDS;
}

const FEW = 9;

function noField(field: string, known: readonly string[]): Outcome {
  const near = didYouMean(field, known) ?? didYouMean(`extra.${field}`, known);
  const names = `fields are ${known.slice(0, FEW).join(", ")}${known.length > FEW ? ", …" : ""}`;
  const any = field.startsWith("extra.") ? "; `jackfield secrets edit` takes any key of `extra`" : "";
  // Who writes `password=…` has put the password there.
  const named = field.replace(/=.+$/s, "=…");
  return usage(diagnostic("JF032", undefined, { field: named }, { hint: near ?? `${names}${any}` }));
}
