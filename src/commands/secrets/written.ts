import type { Compiled, CompiledWorkspace } from "../../compile.ts";
import { describe, selects } from "../../link/select.ts";
import type { Credential, Deployment, Selector } from "../../model/declaration.ts";
import { visibleText } from "../../render/visible.ts";
import { count } from "../estate.ts";
import { workspaceFiles } from "./workspace-files.ts";

/** What was written of a Credential, for people and for programs. */
export interface Written {
  readonly text: string;
  readonly result: {
    readonly file: string;
    readonly changed: true;
    readonly fields: readonly string[];
    readonly environments: readonly string[];
    readonly recipients: number;
    readonly drawnBy: readonly string[];
    readonly notDrawnBy: readonly string[];
    readonly notReached: readonly string[];
  };
}

/** The Credentials of a file that hold any of these fields (undefined: any at all), and who draws the fields from it. */
export function written(
  compiled: Compiled,
  path: string,
  isMeant: (one: Credential) => boolean = () => true,
  fields?: readonly string[],
): readonly Written[] {
  const addressed = workspaceFiles({ compiled, workspaces: compiled.workspaces, diagnostics: [] }).get(path);
  if (!addressed) return [];
  const { credentials, workspace, environments, wanted } = addressed;
  const readers = typeof wanted === "string" ? [] : wanted;
  const recipients = new Set(readers.map(({ value }) => `${value.kind} ${value.id}`)).size;
  return credentials.filter(isMeant).map((credential) => {
    const named = fields ?? credential.secrets.map((field) => field.path);
    const reach = reachOf(workspace, credential, named);
    const result = { file: path, changed: true as const, fields: named, environments, recipients, ...reach };
    return { text: textOf(credential, result), result };
  });
}

function textOf({ object, for: selector, deployment }: Credential, result: Written["result"]): string {
  const { file, fields, environments, recipients, drawnBy, notDrawnBy, notReached } = result;
  const others = [
    ...notDrawnBy.map((name) => `${name} (a more specific place sets it)`),
    ...notReached.map((name) => `${name} (does not get it)`),
  ];
  const whose = selector ? selectorText(selector) : `Deployment ${deployment?.value}`;
  return [
    `${visibleText(`${file}: ${fields.join(", ")}`)} of ${object.id.value} for ${whose}, sealed`,
    `  read by   ${environments.join(", ")} (${count(recipients, "recipient")})`,
    `  drawn by  ${drawnBy.length > 0 ? drawnBy.join(", ") : "no Deployment"}`,
    ...(others.length > 0 ? [`  not by    ${others.join(", ")}`] : []),
    "",
  ].join("\n");
}

function selectorText(selector: Selector): string {
  return selector.kind === "all" ? "all Deployments" : describe(selector);
}

/** The Deployments that a Credential is for, by what they make of these fields of it. */
function reachOf(
  { effective }: CompiledWorkspace,
  credential: Credential,
  fields: readonly string[],
): Pick<Written["result"], "drawnBy" | "notDrawnBy" | "notReached"> {
  const states = effective.deployments
    .filter(({ deployment }) => isFor(credential, deployment))
    .map(({ deployment, objects }) => {
      const own = objects.find(
        ({ kind, id }) => kind === credential.object.kind && id === credential.object.id.value,
      );
      const isDrawn = fields.some((field) => own?.fields.get(field)?.credential === credential);
      return { name: deployment.name.value, state: own ? (isDrawn ? "drawn" : "other") : "none" };
    });
  const those = (wanted: string) => states.filter(({ state }) => state === wanted).map(({ name }) => name);
  return { drawnBy: those("drawn"), notDrawnBy: those("other"), notReached: those("none") };
}

function isFor({ for: selector, deployment: owner }: Credential, deployment: Deployment): boolean {
  if (!selector) return owner?.value === deployment.name.value;
  return selects(selector, { deployment, preview: false });
}
