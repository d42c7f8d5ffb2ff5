import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { nearest } from "../core/nearest.ts";
import type { Span } from "../core/source.ts";
import { entryOf, type MapNode, textOf } from "../model/tree.ts";
import type { ShapeError } from "./generated/validators.js";
import { exampleOf, nullHint, typeHint, typeWords } from "./hints.ts";
import { meantKey, reservedKey, unknownKey } from "./keys.ts";
import { propertiesAt, schemaSiteAt } from "./schema-site.ts";
import { listed, type Schema } from "./schemas/schema.ts";
import { headSpan, type Site, siteAt, valueSpan } from "./site.ts";

/** All that is known of one broken keyword. */
interface Broken {
  readonly error: ShapeError;
  /** The schema that holds the keyword. */
  readonly schema: Schema;
  /** The whole schema of the kind. */
  readonly root: Schema;
  /** The value it judges. */
  readonly site: Site;
  /** The value in words, without any text of the user's. */
  readonly what: string;
}

/** ajv's errors as diagnostics that say what is expected, at the exact place. Never a value of the user's. */
export function explain(root: MapNode, schema: Schema, errors: readonly ShapeError[]): readonly Diagnostic[] {
  const told = errors.filter(({ keyword }) => keyword !== "if" && keyword !== "propertyNames");
  const broken = told.map((error) => {
    const { schema: at, what } = schemaSiteAt(schema, error.schemaPath);
    return { error, schema: at, root: schema, site: siteAt(root, error.instancePath), what };
  });
  const mistyped = new Set(broken.flatMap(mistypedKey));
  return broken.filter((one) => !missingKeys(one).some((key) => mistyped.has(key))).map(explainOne);
}

/** The known key that an unknown one most likely meant: that one is not missing, it is mistyped. */
function mistypedKey({ error, schema }: Broken): readonly string[] {
  if (error.keyword !== "additionalProperties") return [];
  const meant = meantKey(String(error.params.additionalProperty), schema);
  return meant === undefined ? [] : [`${error.instancePath}/${meant}`];
}

function missingKeys({ error, schema }: Broken): readonly string[] {
  if (error.keyword !== "required") return [];
  const names = schema["x-needs"]?.match(/\w+(?=`)/g) ?? [String(error.params.missingProperty)];
  return names.map((name) => `${error.instancePath}/${name}`);
}

function explainOne(broken: Broken): Diagnostic {
  const { error, schema, site, what } = broken;
  switch (error.keyword) {
    case "type":
      return wrongType(broken);
    case "const":
    case "enum":
      return noSuchChoice(broken);
    case "pattern":
      return wrongForm(broken);
    case "minimum":
    case "maximum":
      return diagnostic("JF207", valueSpan(site), { what, expected: range(schema) });
    case "minItems":
    case "minProperties":
      return diagnostic("JF208", valueSpan(site), { what }, { hint: exampleOf(what, schema) });
    case "maxProperties":
      return diagnostic("JF209", headSpan(site), { place: what, names: `exactly one of ${keyList(schema)}` });
    case "uniqueItems":
      return repeated(broken);
    case "required":
      return missing(broken);
    case "additionalProperties":
      return unknownKey({ ...keyOf(broken), schema, root: broken.root, place: what });
    case "false schema":
      return misplaced(broken);
    default:
      throw new Error(`no words for the keyword ${error.keyword}`);
  }
}

function wrongType({ schema, site, what, error }: Broken): Diagnostic {
  const { node } = site;
  if (node.kind === "scalar" && node.value === null) {
    return diagnostic("JF205", node.span, { what }, { hint: nullHint(error.instancePath) });
  }
  const reserved = entryOf(node, "valueFrom");
  if (reserved) return reservedKey(reserved.keySpan);
  const expected = typeWords(schema);
  return diagnostic("JF203", valueSpan(site), { what, expected }, { hint: typeHint(node, schema, what) });
}

function noSuchChoice({ schema, site, what }: Broken): Diagnostic {
  const choices = (schema.enum ?? [schema.const]).map(String);
  const expected = choices.length === 1 ? listed(choices) : `one of ${listed(choices.slice(0, 9))}`;
  const meant = nearest(textOf(site.node) ?? "", choices);
  const hint = meant !== undefined && choices.length > 1 ? `did you mean \`${meant}\`?` : undefined;
  return diagnostic("JF204", valueSpan(site), { what, expected }, { hint });
}

function wrongForm({ schema, site, what, error }: Broken): Diagnostic {
  const { propertyName } = error;
  const key = propertyName === undefined ? undefined : entryOf(site.node, propertyName)?.keySpan;
  const expected = schema.patternErrorMessage ?? "of another form";
  return diagnostic("JF206", key ?? valueSpan(site), { what, expected }, { hint: exampleOf(what, schema) });
}

function range({ minimum, maximum }: Schema): string {
  if (minimum === undefined) return `at most ${maximum}`;
  return maximum === undefined ? `at least ${minimum}` : `from ${minimum} to ${maximum}`;
}

function repeated({ error, site, what }: Broken): Diagnostic {
  const places = [Number(error.params.i), Number(error.params.j)].sort((a, b) => a - b);
  const [first, second] = places.map((at) =>
    site.node.kind === "seq" ? site.node.items[at]?.span : undefined,
  );
  const related = first ? [{ at: first, message: "first listed here" }] : [];
  return diagnostic("JF213", second, { what: `an item of ${what}` }, { related, hint: "delete one of them" });
}

function missing({ error, schema, root, site, what }: Broken): Diagnostic {
  const needs = schema["x-needs"];
  if (needs !== undefined) return diagnostic("JF209", headSpan(site), { place: what, names: needs });
  const name = String(error.params.missingProperty);
  const property = { ...propertiesAt(root, error.instancePath), ...schema.properties }[name];
  const hint = property ? exampleOf(`\`${name}\``, property) : undefined;
  return diagnostic("JF202", headSpan(site), { place: what, name }, { hint });
}

function misplaced({ error, schema, site }: Broken): Diagnostic {
  const name = error.instancePath.slice(error.instancePath.lastIndexOf("/") + 1);
  const at = site.keySpan ?? site.node.span;
  return diagnostic("JF210", at, { name, reason: schema.errorMessage ?? "it has no meaning here" });
}

function keyList(schema: Schema): string {
  return listed(Object.keys(schema.properties ?? {}));
}

function keyOf({ error, site }: Broken): { readonly key: string; readonly at: Span } {
  const key = String(error.params.additionalProperty);
  return { key, at: entryOf(site.node, key)?.keySpan ?? headSpan(site) };
}
