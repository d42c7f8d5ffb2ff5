import type { Change, ObjectDifference, Risk } from "../model/change.ts";
import {
  factsOf,
  fieldText,
  type Group,
  groupsOf,
  nameOf,
  otherRisks,
  policyText,
  verdictOf,
} from "./change-words.ts";
import { table } from "./table.ts";
import { visibleText } from "./visible.ts";

const SIGN = { add: "+", change: "~", remove: "-" } as const;

/** A change for people: what a reviewer must not miss, then what becomes of each Deployment, and all of it in a line. */
export function changeText(change: Change): string {
  const { policy, deployments, id } = change;
  const differences = policy.map((one) => [one.subject, policyText(one)]);
  const risks = otherRisks(change);
  const parts = [
    policy.length > 0 ? `policy\n${table(differences, "  !! ")}` : "",
    risks.length > 0 ? `risks\n${risks.map(riskText).join("")}` : "",
    ...groupsOf(deployments).map(groupText),
  ];
  return [...parts.filter((part) => part !== ""), `change ${id}: ${verdictOf(change)}\n`].join("\n");
}

function riskText({ kind, message, protected: isProtected, deployments }: Risk): string {
  const where = deployments.length === 0 ? "" : ` (${deployments.join(", ")})`;
  return `  ${isProtected ? "!!" : "! "} ${kind}: ${visibleText(`${message}${where}`)}\n`;
}

function groupText(group: Group): string {
  const { members, first } = group;
  const titles = members.map(
    (one) => `${visibleText(`${nameOf(one)}: ${factsOf({ members: [one], first })}`)}\n`,
  );
  const place = first.place.map(({ path, from, to }) => [path, `${from ?? "none"} → ${to ?? "none"}`]);
  return `${titles.join("")}${table(place, "  ")}${first.objects.map(objectText).join("")}`;
}

function objectText({ action, kind, id, fields }: ObjectDifference): string {
  const rows = fields.map((field) => [field.path, fieldText(field)]);
  return `  ${SIGN[action]} ${kind} ${visibleText(id)}\n${table(rows, "      ")}`;
}
