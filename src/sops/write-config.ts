import type { Environment, Located, Recipient, Workspace } from "../model/declaration.ts";
import { RECIPIENT_KEYS } from "./config.ts";
import { SCOPE } from "./lint.ts";

const HEADER = `# For the real \`sops\`: recipients by the last word of a file's name. Made from jackfield.yaml, which is the truth:
# change that, and \`jackfield secrets updatekeys --all\` makes this file anew.
`;

/**
 * The `.sops.yaml` of a Workspace: for each environment that lists recipients a rule by the layout we teach
 * (`….<environment>.sops.yaml`), and one for files that are for all. Where nobody is listed it holds no rules at all: an
 * empty list of rules would make `sops` refuse every file.
 */
export function sopsConfig({ environments }: Pick<Workspace, "environments">): string {
  const listed = [...environments.values()].filter(({ recipients }) => recipients.length > 0);
  if (listed.length === 0) return `${HEADER}# No environment lists recipients yet.\n`;
  const rules = listed.map(({ name, recipients }) => rule(name.value, recipients));
  return `${HEADER}creation_rules:\n${rules.join("")}${rule("all", union(listed))}`;
}

// What each line of ours is, whatever version wrote it.
const OWN_LINES = [
  /^# For the real `sops`: /,
  /^# change that, and `jackfield /,
  /^# No environment lists recipients yet/,
  /^creation_rules:$/,
  /^ {2}- path_regex: \\\.[a-z0-9-]+\\\.sops\\\.yaml\$$/,
  new RegExp(`^ {4}(?:${SCOPE.name}|${Object.keys(RECIPIENT_KEYS).join("|")}): [^#]*$`),
];

/** Whether a `.sops.yaml` holds only what we write into one, so that nothing of anybody's is lost if it is made anew. */
export function isOwnConfig(text: string): boolean {
  const lines = text.trimEnd().split(/\r?\n/);
  return lines.every((line) => OWN_LINES.some((form) => form.test(line)));
}

function union(environments: readonly Environment[]): readonly Located<Recipient>[] {
  return environments.flatMap(({ recipients }) => recipients);
}

function rule(word: string, recipients: readonly Located<Recipient>[]): string {
  const regex = `\\.${word.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}\\.sops\\.yaml$`;
  const lines = [`path_regex: ${scalar(regex)}`, `${SCOPE.name}: ${SCOPE.text}`];
  for (const [key, kind] of Object.entries(RECIPIENT_KEYS)) {
    const ids = new Set(recipients.filter(({ value }) => value.kind === kind).map(({ value }) => value.id));
    if (ids.size > 0) lines.push(`${key}: ${key === "hckms" ? list([...ids]) : scalar([...ids].join(","))}`);
  }
  return `  - ${lines.join("\n    ")}\n`;
}

/** The one kind for which SOPS takes no comma list. */
function list(ids: readonly string[]): string {
  return `[${ids.map((id) => JSON.stringify(id)).join(", ")}]`;
}

/** Bare where no reader of YAML takes it for anything but this text; a fingerprint may look like a number. */
function scalar(text: string): string {
  return /^[A-Za-z\\][\w\\.,/:+$-]*[\w$]$/.test(text) ? text : JSON.stringify(text);
}
