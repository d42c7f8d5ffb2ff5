import { visibleText } from "./visible.ts";

/** A line of what `doctor` tells. */
export interface DoctorLine {
  readonly about: string;
  readonly area: string;
  readonly level: "ok" | "skipped" | "warning" | "error";
  readonly message: string;
  readonly hint?: string;
}

/** A Role, and the cluster that needs it. */
export interface DoctorRole {
  readonly cluster: string;
  readonly manifest: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string };
    readonly rules: readonly object[];
  };
}

/** All that was looked at, below what it is about, and at the end the Roles that are missing as YAML. */
export function doctorText(lines: readonly DoctorLine[], roles: readonly DoctorRole[]): string {
  const groups = [...Map.groupBy(lines, ({ about }) => about)].map(
    ([about, own]) => `${about === "" ? "this machine" : visibleText(about)}\n${own.map(lineText).join("")}`,
  );
  return [...groups, summary(lines), ...(roles.length === 0 ? [] : [rolesText(roles)])].join("\n");
}

const LEVEL = 9;
const AREA = 11;

function lineText({ level, area, message, hint }: DoctorLine): string {
  const line = `  ${level.padEnd(LEVEL)}${area.padEnd(AREA)}${visibleText(message)}\n`;
  return hint === undefined ? line : `${line}${" ".repeat(LEVEL + AREA + 2)}${visibleText(hint)}\n`;
}

function summary(lines: readonly DoctorLine[]): string {
  const number = (level: DoctorLine["level"], noun: string) => {
    const found = lines.filter((one) => one.level === level).length;
    return `${found} ${noun}${found === 1 ? "" : "s"}`;
  };
  return `${number("error", "error")}, ${number("warning", "warning")}\n`;
}

function rolesText(roles: readonly DoctorRole[]): string {
  const clusters = [...Map.groupBy(roles, ({ cluster }) => cluster)];
  return clusters
    .map(([cluster, own]) => {
      const head = `# For cluster ${visibleText(cluster)}; bind each to whoever runs Jackfield.\n`;
      return `${head}${own.map(({ manifest }) => `---\n${roleText(manifest)}`).join("")}`;
    })
    .join("\n");
}

/** YAML, each rule a line. */
function roleText({ apiVersion, kind, metadata, rules }: DoctorRole["manifest"]): string {
  const lines = rules.map((rule) => `  - ${flow(rule)}\n`).join("");
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: ${flow(metadata)}\nrules:\n${lines}`;
}

/** Names of Kubernetes, quoted, so that none is taken for a number or a truth. */
function flow(map: object): string {
  const entries = Object.entries(map).map(
    ([key, value]) => `${key}: ${JSON.stringify(value).replaceAll('","', '", "')}`,
  );
  return `{${entries.join(", ")}}`;
}
