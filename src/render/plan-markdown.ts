import type { DeploymentPlan, ObjectChange, Operation, Plan } from "../model/plan.ts";
import { code, html } from "./markdown.ts";
import { changeText } from "./plan-text.ts";
import { factsOf, isQuiet, notesOf, summaryOf, tellable, toldObjects } from "./plan-words.ts";

/** GitHub takes 65,536 characters. */
const MAX_LENGTH = 60_000;
const NAMED = 50;

/** A plan for a comment or a summary on GitHub; the riskiest Deployments first. What is too long for it is counted. */
export function planMarkdown(plan: Plan): string {
  const told = [...tellable(plan)].sort((a, b) => riskOf(b) - riskOf(a));
  const head = `**Plan** \`${plan.id}\`: ${summaryOf(plan.deployments)}\n`;
  let text = head;
  for (const [index, deployment] of told.entries()) {
    const part = deploymentPart(deployment);
    if (text.length + part.length > MAX_LENGTH) {
      return `${text}\n*${told.length - index} more Deployments do not fit in here.*\n`;
    }
    text += part;
  }
  return text;
}

/** What loses or cannot be done comes before what is added. */
function riskOf({ loses, protected: isProtected, operations }: DeploymentPlan): number {
  const isStuck = operations.some(({ action }) => ["conflict", "orphan", "unknown"].includes(action));
  return (loses.length > 0 ? 4 : 0) + (isStuck ? 2 : 0) + (isProtected ? 1 : 0);
}

function deploymentPart(plan: DeploymentPlan): string {
  const title = code(`${plan.workspace}/${plan.deployment}`);
  const loses = plan.loses.map(({ kind, id }) => `${kind} ${id}`);
  const lossLine =
    loses.length === 0
      ? ""
      : `\n**Loses ${loses.length} of ${plan.had}:** ${loses.slice(0, NAMED).map(code).join(", ")}${more(loses.length)}\n`;
  const operations = plan.operations.filter((one) => !isQuiet(one)).map(operationPart);
  const facts = factsOf(plan).map(code).join(", ");
  return `\n<details${plan.loses.length > 0 ? " open" : ""}><summary>${html(`${plan.workspace}/${plan.deployment}`)}: ${html(summaryOf([plan]))}</summary>\n\n${title}: ${facts}\n${lossLine}\n${operations.join("")}\n</details>\n`;
}

function operationPart(operation: Operation): string {
  const { action, namespace, secret } = operation;
  const notes = notesOf(operation).map((note) => `  - ${code(note)}\n`);
  const told = toldObjects(operation);
  const rows = told.slice(0, NAMED).map(objectRow);
  const rest = told.length > NAMED ? `  - and ${told.length - NAMED} more objects\n` : "";
  return `- **${action}** ${code(`${namespace}/${secret}`)}\n${notes.join("")}${rows.join("")}${rest}`;
}

function objectRow({ kind, id, action, fields }: ObjectChange): string {
  const changes = fields.map((field) => `${code(field.path)} ${code(changeText(field))}`);
  return `  - ${action} ${kind} ${code(id)}${changes.length > 0 ? `: ${changes.join("; ")}` : ""}\n`;
}

function more(count: number): string {
  return count > NAMED ? `, and ${count - NAMED} more` : "";
}
