import { type Approval, missing } from "../model/approval.ts";
import type { Change, ObjectDifference, Risk } from "../model/change.ts";
import {
  counted,
  countObjects,
  factsOf,
  fieldText,
  type Group,
  groupsOf,
  nameOf,
  otherRisks,
  policyText,
  verdictOf,
} from "./change-words.ts";
import { cell, code, html, sentence } from "./markdown.ts";

/** GitHub says 65,536 characters; in bytes, and with room for what others put around it. */
export const BUDGET = 60_000;
/** Short enough to be open from the start. */
const SHORT = 10;
/** Names in one line, of more how many more. */
const NAMED = 30;

export interface About {
  readonly approvals?: readonly Approval[];
  /** Room in bytes of UTF-8. */
  readonly budget?: number;
}

/**
 * A change for a comment or a summary on GitHub: the verdict, what a reviewer must not miss, who has yet to approve, then what becomes of
 * each Deployment. What does not fit is counted and named, and the first line says so.
 */
export function changeMarkdown(change: Change, { approvals = [], budget = BUDGET }: About = {}): string {
  const groups = [...groupsOf(change.deployments)].sort((a, b) => weightOf(b) - weightOf(a));
  const foot = `\n<sub>change ${code(change.id)}, jackfield ${html(change.tool)}, ${treeText(change)}</sub>\n`;
  const head = [...change.policy.map(policyLine), ...otherRisks(change).map(riskLine)];
  const fixed = `${approvalsPart(approvals)}${foot}`;
  const room = budget - bytes(fixed) - RESERVED;
  const risks = fitting(head, room);
  const rows = fitting(groups.map(tableRow), room - bytes(risks.text));
  const details = fitting(groups.map(detailsPart), room - bytes(risks.text) - bytes(rows.text));
  const omitted = head.length - risks.count;
  const hidden = groups
    .slice(Math.min(rows.count, details.count))
    .flatMap(({ members }) => members.map(nameOf));
  return [
    `**${html(verdictOf(change))}**${omitted + hidden.length > 0 ? " – **not all of it is shown here**" : ""}\n`,
    risks.count > 0 ? `\n${risks.text}` : "",
    omitted > 0
      ? `\n> [!CAUTION]\n> ${omitted} more risks and differences of policy do not fit in here: see the job summary.\n`
      : "",
    rows.count > 0 ? `\n| Deployment | | + | ~ | − |\n|---|---|--:|--:|--:|\n${rows.text}` : "",
    approvalsPart(approvals),
    details.text,
    hidden.length > 0
      ? `\n**${counted(hidden.length, "Deployment")} not shown in full:** ${namesText(hidden)}\n`
      : "",
    foot,
  ].join("");
}

/** For lines that depend on what fits. */
const RESERVED = 3_000;

/** As many of the parts as there is room for, in their order. */
function fitting(parts: readonly string[], room: number): { readonly text: string; readonly count: number } {
  let used = 0;
  let count = 0;
  for (const part of parts) {
    used += bytes(part);
    if (used > room) break;
    count += 1;
  }
  return { text: parts.slice(0, count).join(""), count };
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}

/** What is lost, and what is protected, comes first. */
function weightOf({ first }: Group): number {
  const { remove, change } = countObjects([first]);
  return (first.action === "remove" || remove > 0 ? 4 : 0) + (first.protected ? 2 : 0) + (change > 0 ? 1 : 0);
}

function riskLine({ kind, message, protected: isProtected, deployments }: Risk): string {
  const where = deployments.length === 0 ? "" : ` (${namesText(deployments)})`;
  return `- ${isProtected ? "🛑" : "⚠️"} **${kind}**: ${sentence(message)}${where}\n`;
}

function policyLine(difference: Change["policy"][number]): string {
  return `- 🛑 **policy-changed**: ${code(difference.subject)} ${code(policyText(difference))}\n`;
}

function tableRow(group: Group): string {
  const { members, first } = group;
  const { add, change, remove } = countObjects([first]);
  const names = members.slice(0, NAMED).map((one) => cell(nameOf(one)));
  const more = members.length > NAMED ? ` and ${members.length - NAMED} more` : "";
  return `| ${names.join("<br>")}${more} | ${html(factsOf(group))} | ${add} | ${change} | ${remove} |\n`;
}

function approvalsPart(approvals: readonly Approval[]): string {
  if (approvals.length === 0) return "";
  const rows = approvals.map((one) => {
    const state = missing(one) === 0 ? "✅" : "⏳";
    const who = one.by.length > 0 ? `by ${one.by.map(code).join(", ")}` : "by nobody yet";
    const whose = one.policy === "applied" ? " (the policy that was applied last)" : "";
    return `- ${state} ${code(`${one.workspace}: ${one.environment}`)} wants ${counted(one.count, "approval")} of ${one.of.map(code).join(", ")}${whose}: ${who}\n`;
  });
  return `\n**Approvals**\n\n${rows.join("")}`;
}

function detailsPart(group: Group): string {
  const { members, first } = group;
  const lines = [
    ...first.place.map(
      ({ path, from, to }) => `- ${path}: ${code(from ?? "none")} → ${code(to ?? "none")}\n`,
    ),
    ...first.objects.flatMap(objectLines),
  ];
  const isOpen =
    lines.length < SHORT || first.protected || first.action === "remove" || countObjects([first]).remove > 0;
  const names = namesText(members.map(nameOf));
  const [one] = members;
  const title = members.length === 1 && one ? nameOf(one) : `${members.length} Deployments`;
  return `\n<details${isOpen ? " open" : ""}><summary>${html(title)}: ${html(factsOf(group))}</summary>\n\n${members.length > 1 ? `${names}\n\n` : ""}${lines.join("")}\n</details>\n`;
}

function objectLines({ action, kind, id, fields }: ObjectDifference): readonly string[] {
  const rows = fields.map((field) => {
    const by = field.by === undefined || action !== "change" ? "" : ` <sub>${html(field.by)}</sub>`;
    return `  - ${code(field.path)}: ${code(fieldText(field))}${by}\n`;
  });
  return [`- **${action}** ${kind} ${code(id)}\n`, ...rows];
}

function namesText(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  return names.slice(0, NAMED).map(code).join(", ") + more;
}

function treeText({ base, head }: Change): string {
  const short = ({ commit, tree }: Change["base"]) => code((commit ?? tree).slice(0, 12));
  return `${short(base)} → ${short(head)}`;
}
