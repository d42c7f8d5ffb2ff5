import type { DeploymentPlan, FieldChange, ObjectChange, Operation, Plan } from "../model/plan.ts";
import { factsOf, isQuiet, notesOf, summaryOf, tellable, toldObjects } from "./plan-words.ts";
import { table } from "./table.ts";
import { visibleText } from "./visible.ts";

const SIGN = {
  create: "+",
  update: "~",
  record: "=",
  delete: "-",
  keep: " ",
  adopt: ">",
  conflict: "!",
  orphan: "?",
  unknown: "?",
} as const satisfies Record<Operation["action"], string>;

const OBJECT_SIGN = { add: "+", change: "~", remove: "-" } as const;
/** Objects of one Secret that are named; of more, how many more. */
const NAMED = 20;

/** A plan for people: what happens where, and at the end all of it in a line. */
export function planText(plan: Plan): string {
  const parts = tellable(plan).map(deploymentText);
  return [...parts, `plan ${plan.id}: ${summaryOf(plan.deployments)}\n`].join("\n");
}

function deploymentText(plan: DeploymentPlan): string {
  const title = `${plan.workspace}/${plan.deployment}: ${factsOf(plan).join(", ")}`;
  if (plan.paused !== undefined) return `${visibleText(title)}\n  left alone: ${summaryOf([plan])}\n`;
  const loses = plan.loses.length > 0 ? lossText(plan) : "";
  const isSpread =
    new Set(plan.operations.map(({ clusterKey, namespace }) => `${clusterKey} ${namespace}`)).size > 1;
  const operations = plan.operations
    .filter((one) => !isQuiet(one))
    .map((one) => operationText(one, isSpread));
  return `${visibleText(title)}\n${loses}${operations.join("")}`;
}

function lossText({ loses, had }: DeploymentPlan): string {
  const names = loses.slice(0, NAMED).map(({ kind, id }) => `${kind} ${id}`);
  const more = loses.length > NAMED ? `, and ${loses.length - NAMED} more` : "";
  return `  loses ${loses.length} of ${had} objects: ${visibleText(names.join(", "))}${more}\n`;
}

/** `isSpread`: its Deployment has Secrets in more than one place. */
function operationText(operation: Operation, isSpread: boolean): string {
  const { action, cluster, namespace, secret } = operation;
  const notes = notesOf(operation).map((note) => `      ${visibleText(note)}\n`);
  const place = isSpread ? ` in ${cluster}/${namespace}` : "";
  const title = `  ${SIGN[action]} ${action} ${visibleText(`${secret}${place}`)}\n`;
  return `${title}${notes.join("")}${objectsText(toldObjects(operation))}`;
}

function objectsText(objects: readonly ObjectChange[]): string {
  const named = objects.slice(0, NAMED).map((object) => {
    const title = `    ${OBJECT_SIGN[object.action]} ${object.kind} ${visibleText(object.id)}\n`;
    return title + table(object.fields.map(fieldRow), "        ");
  });
  const more = objects.length > NAMED ? `    … and ${objects.length - NAMED} more objects\n` : "";
  return named.join("") + more;
}

function fieldRow(field: FieldChange): readonly string[] {
  return [field.path, changeText(field)];
}

/** `"DEV" → "PROD"` of what may be shown, else a word. */
export function changeText({ action, word, shown }: FieldChange): string {
  const { from, to } = shown ?? {};
  if (action === "change" && from !== undefined && to !== undefined) return `${from} → ${to}`;
  if (action === "set") return to === undefined ? "set" : `set to ${to}`;
  if (action === "unset") return from === undefined ? "unset" : `unset (was ${from})`;
  return word === "unknown" ? "changed, perhaps" : word;
}

/** What differs between the plan that was reviewed, of which only the id may be known, and the one of now. */
export function planDifference(reviewed: Pick<Plan, "id"> & Partial<Plan>, now: Plan): string {
  const head = `reviewed: plan ${reviewed.id}${reviewed.tool === undefined ? "" : ` of jackfield ${reviewed.tool}`}\nnow:      plan ${now.id} of jackfield ${now.tool}\n`;
  if (!reviewed.deployments) return `${head}\n${planText(now)}`;
  const [before, after] = [statesOf(reviewed.deployments), statesOf(now.deployments)];
  const names = [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => before.get(name) !== after.get(name),
  );
  const rows = names
    .sort()
    .map((name) => [name, before.get(name) ?? "nothing", "→", after.get(name) ?? "nothing"]);
  const why = rows.length > 0 ? table(rows, "  ") : "  the files are not the same\n";
  return `${head}${why}\n${planText(now)}`;
}

/** What is to happen to each Secret, and on which state of it. */
function statesOf(plans: readonly DeploymentPlan[]): ReadonlyMap<string, string> {
  return new Map(
    plans.flatMap(({ operations }) =>
      operations.map(({ cluster, namespace, secret, action, seen }) => {
        const state = seen === undefined ? "" : `, version ${seen.resourceVersion}`;
        return [`${cluster}/${namespace}/${secret}`, `${action}${state}`] as const;
      }),
    ),
  );
}
