import { diagnostic } from "../core/diagnostic.ts";
import type { FieldSpec } from "../model/connection-type.ts";
import type { Node, ScalarNode } from "../model/tree.ts";
import type { Judged } from "./judge.ts";

/** Airflow's own fields, as every type has them (reference: Connection model). */
export const STANDARD_SPECS: Readonly<Record<string, FieldSpec>> = {
  host: { title: "Host", kind: "string" },
  port: { title: "Port", kind: "integer", minimum: 1, maximum: 65535 },
  login: { title: "Login", kind: "string" },
  password: { title: "Password", kind: "string", secret: true },
  schema: { title: "Schema", kind: "string" },
};

const EXPECTED: Record<FieldSpec["kind"], string> = {
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  "boolean-or-string": "true, false or a text",
  object: "a map",
  array: "a list",
  json: "a map, a list, or a text that holds JSON",
};

/** Reports a plain value that is not of its field's kind, or not one the field allows. Sealed ones wait. */
export function judgeValue(judged: Judged, path: string, node: Node, spec: FieldSpec): void {
  if (node.kind === "sealed") return;
  if (!fits(node, spec)) {
    const hint = node.kind === "scalar" ? kindHint(node, spec) : undefined;
    const params = { field: path, expected: EXPECTED[spec.kind] };
    judged.findings.report(diagnostic("JF418", node.span, params, { hint }));
    return;
  }
  const expected = node.kind === "scalar" ? refusal(node, spec) : undefined;
  if (expected) judged.findings.report(diagnostic("JF419", node.span, { field: path, expected }));
}

function fits(node: Exclude<Node, { kind: "sealed" }>, spec: FieldSpec): boolean {
  if (node.kind === "map") return spec.kind === "object" || spec.kind === "json";
  if (node.kind === "seq") return spec.kind === "array" || spec.kind === "json";
  switch (spec.kind) {
    case "string":
    case "json":
      return typeof node.value === "string";
    case "integer":
      return typeof node.value === "bigint";
    case "number":
      return typeof node.value === "bigint" || typeof node.value === "number";
    case "boolean":
      return typeof node.value === "boolean";
    case "boolean-or-string":
      return typeof node.value === "boolean" || typeof node.value === "string";
    case "object":
    case "array":
      return false;
  }
}

function kindHint(node: ScalarNode, spec: FieldSpec): string | undefined {
  if (spec.kind === "string") return "put it in quotes";
  if (spec.kind === "boolean" && /^(y|yes|on|n|no|off)$/i.test(node.source)) {
    return "YAML 1.2 reads this word as text: write true or false";
  }
  if (spec.kind === "integer" && typeof node.value === "string") return "write it without quotes";
  return undefined;
}

/** What the field would allow, if the value is not among it. */
function refusal(node: ScalarNode, spec: FieldSpec): string | undefined {
  const value = typeof node.value === "bigint" ? Number(node.value) : node.value;
  if (value === null) return undefined;
  if (spec.enum && !spec.enum.some((choice) => choice === value)) return `one of ${spec.enum.join(", ")}`;
  if (typeof value === "string" && spec.pattern && !new RegExp(spec.pattern, "u").test(value)) {
    return `it must look like ${spec.example ?? spec.pattern}`;
  }
  if (typeof value !== "number") return undefined;
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = spec;
  return value < minimum || value > maximum ? `from ${minimum} to ${maximum}` : undefined;
}
