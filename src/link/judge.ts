import { specOf, tellMethod, typeNames, typeOf } from "../catalogue/index.ts";
import { diagnostic } from "../core/diagnostic.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Span } from "../core/source.ts";
import type { ConnectionType, FieldSpec } from "../model/connection-type.ts";
import type { ObjectDeclaration } from "../model/declaration.ts";
import { textOf } from "../model/tree.ts";
import type { Findings, Members } from "./findings.ts";
import type { MergedField } from "./merge.ts";
import { judgeValue, STANDARD_SPECS } from "./values.ts";

/** One merged object, where it reaches, and where to say what is wrong with it. */
export interface Judged {
  readonly object: ObjectDeclaration;
  readonly fields: ReadonlyMap<string, MergedField>;
  readonly members: Members;
  readonly findings: Findings;
}

/**
 * Judges an effective object by its type (design: 3.1.6): fields the type knows, their values, required ones,
 * and the authentication method, which it gives back: as written, else as told from the fields.
 */
export function judge(judged: Judged): string | undefined {
  if (judged.object.kind !== "Connection") {
    judgeVariable(judged);
    return undefined;
  }
  const typeField = judged.fields.get("type");
  const name = textOf(typeField?.value);
  if (!typeField || name === undefined) return undefined;
  const type = typeOf(name);
  if (!type) {
    const at = typeField.origins.at(-1)?.at ?? judged.object.at;
    const hint =
      didYouMean(name, typeNames) ?? "fine for a custom provider; `jackfield types` lists those known";
    judged.findings.report(diagnostic("JF417", at, {}, { hint }));
    judgeStandardFields(judged);
    return textOf(judged.fields.get("auth")?.value);
  }
  judgeFields(judged, type, typeField.rank);
  return judgeAuth(judged, type);
}

function judgeVariable(judged: Judged): void {
  const value = judged.fields.get("value");
  if (!value?.value)
    missing(judged, "value", "", "give it `spec.value`, or a Credential with `secrets.value`");
  else if (judged.object.kind === "EnvironmentVariable") {
    judgeValue(judged, "value", value.value, { title: "Value", kind: "string" });
  }
}

function judgeStandardFields(judged: Judged): void {
  for (const [path, spec] of Object.entries(STANDARD_SPECS)) {
    const value = judged.fields.get(path)?.value;
    if (value) judgeValue(judged, path, value, spec);
  }
}

function judgeFields(judged: Judged, type: ConnectionType, typeRank: number): void {
  for (const [path, field] of judged.fields) {
    if (path === "type" || path === "auth" || !field.value) continue;
    const spec = specOf(type, path);
    if (spec) judgeValue(judged, path, field.value, spec);
    else if (!isAllowedExtra(judged, type, path)) judgeUnknownField(judged, type, path, field, typeRank);
  }
}

function isAllowedExtra(judged: Judged, type: ConnectionType, path: string): boolean {
  if (!path.startsWith("extra.")) return false;
  return type.openExtra !== undefined || judged.object.plain.has(path.slice("extra.".length));
}

/** A field the type lacks: what an `extra` key's own document says is not said again here. */
function judgeUnknownField(
  judged: Judged,
  type: ConnectionType,
  path: string,
  field: MergedField,
  typeRank: number,
): void {
  const at = field.origins.at(-1)?.at ?? judged.object.at;
  const id = judged.object.id.value;
  if (field.rank < typeRank) {
    const hint = `add \`${path}\` to the \`unset\` of the override that sets the type`;
    judged.findings.add(`JF413 ${path} ${spanKey(at)}`, judged.members, (where) =>
      diagnostic("JF413", at, { type: type.type, field: path, id, where }, { hint }),
    );
  } else if (!path.startsWith("extra.")) {
    const known = Object.keys(type.fields).filter((name) => !name.startsWith("extra."));
    const hint = `it has ${known.map((name) => `\`${name}\``).join(", ")} and \`extra\``;
    judged.findings.report(diagnostic("JF412", at, { type: type.type, field: path }, { hint }));
  }
}

function judgeAuth(judged: Judged, type: ConnectionType): string | undefined {
  const written = judged.fields.get("auth");
  const name = textOf(written?.value);
  if (written && name !== undefined) {
    const at = written.origins.at(-1)?.at ?? judged.object.at;
    if (Object.hasOwn(type.methods, name)) return judgeMethod(judged, type, name);
    const names = Object.keys(type.methods);
    const hint = didYouMean(name, names) ?? `one of ${names.join(", ")}`;
    judged.findings.report(diagnostic("JF420", at, { type: type.type }, { hint }));
    return undefined;
  }
  const told = tellMethod(type, presentPaths(judged));
  if (told.kind === "told") return judgeMethod(judged, type, told.method);
  const at = judged.object.id.at;
  const id = judged.object.id.value;
  if (told.kind === "ambiguous") {
    const hint = `write \`auth:\` with one of ${told.candidates.join(", ")}`;
    judged.findings.add("JF421", judged.members, (where) => diagnostic("JF421", at, { id, where }, { hint }));
  } else if (told.missing.length > 0) {
    judgeRequired(judged, type, [...(type.required ?? []), ...told.missing], told.nearest);
  } else {
    const hint = `write \`auth:\` with one of ${Object.keys(type.methods).join(", ")}`;
    const why = "its fields belong to different methods";
    judged.findings.add("JF422", judged.members, (where) =>
      diagnostic("JF422", at, { type: type.type, id, where, missing: why }, { hint }),
    );
  }
  return undefined;
}

function judgeMethod(judged: Judged, type: ConnectionType, name: string): string {
  const method = type.methods[name];
  const required = [...(type.required ?? []), ...(method?.required ?? [])];
  judgeRequired(judged, type, required, name);
  const used = new Set([...required, ...(method?.optional ?? [])]);
  const others = new Set(Object.values(type.methods).flatMap((m) => [...m.required, ...(m.optional ?? [])]));
  for (const path of presentPaths(judged)) {
    if (used.has(path) || !others.has(path)) continue;
    const at = judged.fields.get(path)?.origins.at(-1)?.at ?? judged.object.at;
    const params = { field: path, id: judged.object.id.value, auth: name };
    const hint = `\`unset\` it where \`auth\` changes, or remove it`;
    judged.findings.report(diagnostic("JF423", at, params, { hint }));
  }
  return name;
}

function judgeRequired(
  judged: Judged,
  type: ConnectionType,
  required: readonly string[],
  method: string,
): void {
  const present = presentPaths(judged);
  for (const path of new Set(required)) {
    if (present.has(path)) continue;
    const spec = specOf(type, path);
    const title = spec && spec.title.toLowerCase() !== path ? ` (${spec.title})` : "";
    missing(judged, path, title, missingHint(judged, path, spec, method));
  }
}

function missingHint(judged: Judged, path: string, spec: FieldSpec | undefined, method: string): string {
  const need = method === "" ? "it is needed" : `\`auth: ${method}\` needs it`;
  if (!spec?.secret) return `${need}: write it in the object, or in a Link that selects it there`;
  const { id, deployment } = judged.object;
  const where = deployment ? `--deployment ${deployment.value}` : "--environment E";
  return `${need}: \`jackfield secrets set ${id.value} ${path} ${where}\` asks for it and seals it`;
}

function missing(judged: Judged, path: string, title: string, hint: string): void {
  const { kind, id } = judged.object;
  judged.findings.add(`JF411 ${path}`, judged.members, (where) =>
    diagnostic("JF411", id.at, { kind, id: id.value, field: path, title, where }, { hint }),
  );
}

function presentPaths(judged: Judged): ReadonlySet<string> {
  const paths = [...judged.fields].filter(([, field]) => field.value).map(([path]) => path);
  return new Set(paths.filter((path) => path !== "type" && path !== "auth"));
}

function spanKey(at: Span): string {
  return `${at.file.path}:${at.start}`;
}
