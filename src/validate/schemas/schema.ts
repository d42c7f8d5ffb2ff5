/**
 * The part of JSON Schema 2020-12 that our schemas use, plus annotations that editors understand
 * (`errorMessage`, `patternErrorMessage`, `doNotSuggest`, `enumDescriptions`) and one of our own (`x-…`).
 * Written for error quality: one mistake breaks one keyword. So no `oneOf`/`anyOf` outside an `if`.
 */
export interface Schema {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly type?: TypeName | readonly TypeName[];
  readonly const?: unknown;
  readonly enum?: readonly (string | number)[];
  readonly enumDescriptions?: readonly string[];
  readonly pattern?: string;
  /** The rule in words: what a text "must be". */
  readonly patternErrorMessage?: string;
  /** Why `properties: {x: false}` of the same schema forbids. */
  readonly errorMessage?: string;
  readonly doNotSuggest?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Properties;
  readonly additionalProperties?: Schema | false;
  readonly propertyNames?: Schema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly dependentSchemas?: Readonly<Record<string, Schema>>;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly not?: Schema;
  readonly if?: Schema;
  readonly then?: Schema;
  readonly $defs?: Readonly<Record<string, Schema>>;
  /** Beside `required`: the keys of which exactly one (or, for "a or b", at least one) is wanted, in words. */
  readonly "x-needs"?: string;
}

/** `false`: the key may not stand here. */
export type Properties = Readonly<Record<string, Schema | false>>;

export type TypeName = "string" | "integer" | "number" | "boolean" | "object" | "array";

/** A closed map. */
export function map(properties: Properties, rest: Omit<Schema, "type" | "properties"> = {}): Schema {
  return { type: "object", additionalProperties: false, properties, ...rest };
}

/** A text, by a pattern and the same rule in words. */
export function text(pattern: string, words: string, rest: Schema = {}): Schema {
  return { type: "string", pattern, patternErrorMessage: words, ...rest };
}

/** A reference to a shared definition; further keywords are annotations that win over the definition's. */
export function ref(name: string, annotations: Schema = {}): Schema {
  return { $ref: `#/$defs/${name}`, ...annotations };
}

/** Where the condition fits, the consequence holds too. */
export function when(condition: Schema, consequence: Schema): Pick<Schema, "if" | "then"> {
  // biome-ignore lint/suspicious/noThenProperty: it is JSON Schema's keyword
  return { if: condition, then: consequence };
}

/** Keys that may not stand here, and why. */
export function forbid(keys: readonly string[], reason: string): Schema {
  return { properties: Object.fromEntries(keys.map((key) => [key, false])), errorMessage: reason };
}

/** Exactly one of the keys: none gives one error at the map, a second one gives one error at its key. */
export function exactlyOneOf(keys: readonly string[]): Pick<Schema, "if" | "then" | "dependentSchemas"> {
  const [first = ""] = keys;
  const none: Schema = { not: { anyOf: keys.map((key) => ({ required: [key] })) } };
  const later = keys.slice(0, -1).map((key, at): [string, Schema] => {
    return [key, forbid(keys.slice(at + 1), `it is given as \`${key}\` already`)];
  });
  return {
    ...when(none, { required: [first], "x-needs": `one of ${listed(keys)}` }),
    dependentSchemas: Object.fromEntries(later),
  };
}

/** `a`, `b`, `c` */
export function listed(names: Iterable<string | number>): string {
  return [...names].map((name) => `\`${name}\``).join(", ");
}
