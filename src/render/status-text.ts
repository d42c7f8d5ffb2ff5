import type { LiveStatus } from "../model/status.ts";
import { table } from "./table.ts";

const TITLES = ["DEPLOYMENT", "PLACE", "SECRETS", "OBJECTS", "COMMIT", "AGE", ""];
const SHORT = 8;

/** A line for each Deployment. */
export function statusText(rows: readonly LiveStatus[]): string {
  return table([TITLES, ...rows.map(cells)]);
}

function cells(row: LiveStatus): readonly string[] {
  const { workspace, deployment, cluster, namespace, reached, secrets, objects, applied, paused } = row;
  const notes = [
    ...(paused === undefined ? [] : [`paused: ${paused}`]),
    ...(applied.some(({ modified }) => modified) ? ["from files that no commit has"] : []),
    ...applied.flatMap(({ breakGlass }) => (breakGlass === undefined ? [] : [`glass broken: ${breakGlass}`])),
  ];
  const place = `${cluster}/${namespace}`;
  if (!reached) return [`${workspace}/${deployment}`, place, "?", "?", "out of reach", "", notes.join(", ")];
  const count = Object.values(objects).reduce((sum, one) => sum + one, 0);
  const commits = applied.map(({ commit }) => commit?.slice(0, SHORT) ?? "no commit");
  const ages = applied.map(({ age }) => (age === undefined ? "?" : ageText(age)));
  const nothing = secrets === 0 ? ["nothing", ""] : [commits.join(", "), ages.join(", ")];
  return [`${workspace}/${deployment}`, place, String(secrets), String(count), ...nothing, notes.join(", ")];
}

const UNITS = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
] as const;

/** Seconds as people say them: `3 d`. */
function ageText(seconds: number): string {
  const [length, unit] = UNITS.find(([one]) => seconds >= one) ?? [1, "s"];
  return `${Math.floor(seconds / length)} ${unit}`;
}
