import { typeNames, typeOf } from "../catalogue/index.ts";
import { compareText } from "../core/source.ts";
import { type ConnectionType, type FieldSpec, STANDARD_FIELDS } from "../model/connection-type.ts";
import { columns } from "./columns.ts";
import { typeExample } from "./type-example.ts";

/** `jackfield types`: one line a type. */
export function renderTypeList(): string {
  const rows = typeNames.flatMap((name) => {
    const type = typeOf(name);
    return type ? [[name, type.title, Object.keys(type.methods).join(", ")]] : [];
  });
  const all = columns([["TYPE", "FOR", "AUTHENTICATION"], ...rows]);
  return `${all}\n\`jackfield types TYPE\` shows its fields and examples.\n`;
}

/** `jackfield types TYPE`: what it is, its fields, its authentication methods, and YAML to begin with for each. */
export function renderType(type: ConnectionType): string {
  const methods = Object.entries(type.methods);
  return [
    `${type.type}: ${type.title}. ${type.description}.\n`,
    type.provider ? `package ${type.provider}\n` : "built into Airflow\n",
    "\nFields (* secret: in a Credential only; > names a host)\n",
    columns(
      fieldPaths(type).map((path) => fieldRow(type, path)),
      "  ",
    ),
    type.openExtra ? `\nOther \`extra\` keys are allowed: ${type.openExtra}.\n` : "",
    "\nAuthentication\n",
    columns(
      methods.map(([name, { title, description }]) => [name, `${title}. ${description}.`]),
      "  ",
    ),
    ...methods.map(([name, { title }]) => `\nExample: ${title}\n\n${typeExample(type, name)}`),
  ].join("");
}

/** The same for `--format json`: the type, its fields as a list, and the examples by method. */
export function typeAsJson(type: ConnectionType): unknown {
  const fields = fieldPaths(type).map((path) => ({
    path,
    ...type.fields[path],
    requiredBy: requiredBy(type, path),
  }));
  const examples = Object.keys(type.methods).map((name) => [name, typeExample(type, name)]);
  return { ...type, fields, examples: Object.fromEntries(examples) };
}

/** Airflow's own fields first, then `extra` keys by name. */
function fieldPaths(type: ConnectionType): readonly string[] {
  const order = (path: string) => {
    const index = STANDARD_FIELDS.findIndex((name) => name === path);
    return index < 0 ? STANDARD_FIELDS.length : index;
  };
  return Object.keys(type.fields).sort((a, b) => order(a) - order(b) || compareText(a, b));
}

function fieldRow(type: ConnectionType, path: string): readonly string[] {
  const spec = type.fields[path] as FieldSpec;
  const needed = requiredBy(type, path);
  const marks = `${spec.secret ? "*" : ""}${spec.address ? ">" : ""}`;
  const words = [
    spec.title,
    spec.description,
    needed === "always" && "Required",
    Array.isArray(needed) && needed.length > 0 && `Required with ${needed.join(", ")}`,
    spec.enum && `One of ${spec.enum.join(", ")}`,
    spec.default !== undefined && `Default ${spec.default}`,
  ];
  return [
    `${path}${marks}`,
    spec.kind,
    words
      .filter(Boolean)
      .map((sentence) => `${sentence}.`)
      .join(" "),
  ];
}

/** `always`, or the methods that need the field. */
function requiredBy(type: ConnectionType, path: string): "always" | readonly string[] {
  if (type.required?.includes(path)) return "always";
  const methods = Object.keys(type.methods);
  const needing = methods.filter((name) => type.methods[name]?.required.includes(path));
  return needing.length === methods.length && methods.length > 0 ? "always" : needing;
}
