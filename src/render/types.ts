import { typeNames, typeOf } from "../catalogue/index.ts";
import { compareText } from "../core/source.ts";
import { type ConnectionType, type FieldSpec, STANDARD_FIELDS } from "../model/connection-type.ts";
import { table } from "./table.ts";
import { typeExample } from "./type-example.ts";

/** `jackfield types`: one line a type. */
export function renderTypeList(): string {
  const rows = typeNames.flatMap((name) => {
    const type = typeOf(name);
    return type ? [[name, type.title, Object.keys(type.methods).join(", ")]] : [];
  });
  return `${table([["TYPE", "FOR", "AUTHENTICATION"], ...rows])}\n\`jackfield types TYPE\` shows its fields and an example.\n`;
}

/** `jackfield types TYPE`: what it is, its fields, its authentication methods, and YAML to begin with. */
export function renderType(type: ConnectionType): string {
  const title = `${type.type}: ${type.title}. ${type.description}\n`;
  const provider = type.provider ? `package ${type.provider}\n` : "built into Airflow\n";
  const open = type.openExtra ? `\nOther \`extra\` keys are allowed: ${type.openExtra}.\n` : "";
  const methods = Object.entries(type.methods).map(([name, { title: words, description }]) => [
    name,
    words,
    description,
  ]);
  return [
    title,
    provider,
    "\nFields (* secret: in a Credential only; > names a host)\n",
    table(
      fieldPaths(type).map((path) => fieldRow(type, path)),
      "  ",
    ),
    open,
    "\nAuthentication\n",
    table(methods, "  "),
    "\nExample\n\n",
    typeExample(type),
  ].join("");
}

/** The same for `--format json`. */
export function typeAsJson(type: ConnectionType): unknown {
  const fields = fieldPaths(type).map((path) => ({
    path,
    ...type.fields[path],
    requiredBy: requiredBy(type, path),
  }));
  return { ...type, fields, example: typeExample(type) };
}

/** Airflow's own fields first, then `extra` keys by name. */
export function fieldPaths(type: ConnectionType): readonly string[] {
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
  const notes = [
    spec.enum && `one of ${spec.enum.join(", ")}`,
    spec.default !== undefined && `default ${spec.default}`,
    needed === "always" && "required",
    Array.isArray(needed) && needed.length > 0 && `required with ${needed.join(", ")}`,
  ];
  return [`${path}${marks}`, spec.title, spec.kind, notes.filter(Boolean).join("; ")];
}

/** `always`, or the methods that need the field. */
function requiredBy(type: ConnectionType, path: string): "always" | readonly string[] {
  if (type.required?.includes(path)) return "always";
  const methods = Object.keys(type.methods);
  const needing = methods.filter((name) => type.methods[name]?.required.includes(path));
  return needing.length === methods.length && methods.length > 0 ? "always" : needing;
}
