import { type CompiledWorkspace, compile } from "../../compile.ts";
import type { SourceFile } from "../../core/source.ts";
import type { Outcome } from "../../outcome.ts";
import { visibleText } from "../../render/visible.ts";
import { count } from "../estate.ts";
import { aimText } from "./aim.ts";
import type { Target } from "./target.ts";
import { workspaceFiles } from "./workspace-files.ts";

/** What a Credential file came to: where it is, who can read it, and which Deployments draw the fields from it. */
export function written(
  { object, aim }: Target,
  path: string,
  fields: readonly string[],
  files: readonly SourceFile[],
  after: string,
): Outcome {
  const compiled = compile([...files.filter((file) => file.path !== path), { path, text: after }]);
  const addressed = workspaceFiles({ compiled, workspaces: compiled.workspaces, diagnostics: [] }).get(path);
  const wanted = typeof addressed?.wanted === "string" ? [] : (addressed?.wanted ?? []);
  const readers = new Set(wanted.map(({ value }) => `${value.kind} ${value.id}`)).size;
  const environments = addressed?.environments ?? [];
  const drawnBy = compiled.workspaces.flatMap((workspace) => drawing(workspace, path, fields));
  const lines = [
    `${visibleText(path)}: ${fields.join(", ")} of ${object.id.value} for ${aimText(aim)}, sealed`,
    `  read by   ${environments.join(", ")} (${count(readers, "recipient")})`,
    `  drawn by  ${drawnBy.length > 0 ? drawnBy.join(", ") : "no Deployment: a more specific Credential, or no Link"}`,
  ];
  const result = { file: path, changed: true, fields, environments, recipients: readers, drawnBy };
  return { diagnostics: [], result, text: `${lines.join("\n")}\n`, compiled };
}

function drawing(
  { effective }: CompiledWorkspace,
  path: string,
  fields: readonly string[],
): readonly string[] {
  return effective.deployments
    .filter(({ objects }) =>
      objects.some((object) =>
        fields.some((one) => object.fields.get(one)?.credential?.file.file.path === path),
      ),
    )
    .map(({ deployment }) => deployment.name.value);
}
