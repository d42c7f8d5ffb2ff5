import { append } from "../core/append.ts";
import { type Diagnostic, hasErrors, sortDiagnostics } from "../core/diagnostic.ts";
import type { Secret } from "../core/secret.ts";
import { emit } from "../emit/emit.ts";
import type { Reveal } from "../emit/json.ts";
import { secretsYaml } from "../emit/manifests.ts";
import type { DeploymentOutput } from "../model/manifest.ts";
import { leaves, type ParsedFile } from "../model/tree.ts";
import type { Outcome } from "../outcome.ts";
import type { BuildFolder, BuildWriter, Files, KeySource, Output, SopsProgram } from "../ports.ts";
import { unseal } from "../unseal/unseal.ts";
import {
  count,
  type Estate,
  fallbackOf,
  isOutcome,
  type Narrowing,
  openEstate,
  type Placed,
  placedDeployments,
} from "./estate.ts";

export interface BuildPorts {
  readonly files: Files;
  readonly keys: KeySource;
  readonly output: Output;
  /** Set: the user lets it open what no key at hand opens. */
  readonly sops?: SopsProgram | undefined;
}

/** What a build wrote for one Deployment, without contents. */
interface Written {
  readonly workspace: string;
  readonly deployment: string;
  readonly objects: number;
  readonly files: readonly string[];
}

/** `jackfield build`: writes what each Deployment gets. All or nothing: with an error, nothing is written. */
export function build({ files, keys, output, sops }: BuildPorts, narrowing: Narrowing): Outcome {
  const estate = openEstate(files, narrowing);
  if (isOutcome(estate)) return estate;
  const placed = placedDeployments(estate, narrowing.deployment);
  if ("result" in placed) return placed;
  if (hasErrors(estate.diagnostics)) return failed(estate, []);
  const begun = output.begin(workspaceNames(placed));
  if (!begun.value) return failed(estate, begun.diagnostics);
  try {
    const unsealed = unseal(drawnFiles(placed), keys, fallbackOf(estate, sops));
    return writeBuild(estate, placed, unsealed, begun.value, output.path, narrowing.deployment === undefined);
  } finally {
    begun.value.discard();
  }
}

function writeBuild(
  estate: Estate,
  placed: readonly Placed[],
  unsealed: ReturnType<typeof unseal>,
  writer: BuildWriter,
  out: string,
  whole: boolean,
): Outcome {
  if (hasErrors(unsealed.diagnostics)) return failed(estate, unsealed.diagnostics);
  const reveal: Reveal = (node) => {
    const value = unsealed.value.get(node);
    if (!value) throw new Error("a drawn value was not unsealed");
    return value;
  };
  const diagnostics = [...unsealed.diagnostics];
  const written: Written[] = [];
  for (const workspace of estate.workspaces) {
    const wanted = placed.filter((one) => one.workspace === workspace).map((one) => one.effective);
    const only = new Set(wanted.map(({ deployment }) => deployment.name.value));
    for (const made of emit(workspace.effective, reveal, only)) {
      append(diagnostics, made.diagnostics);
      const effective = wanted.find(({ deployment }) => deployment === made.value?.deployment);
      if (made.value && effective) written.push(addFolder(writer, { workspace, effective }, made.value));
    }
  }
  const secrets = [...unsealed.value.values()].map(({ secret }) => secret);
  if (hasErrors(diagnostics)) return { ...failed(estate, diagnostics), secrets };
  writer.commit(whole);
  return {
    diagnostics: sortDiagnostics([...estate.diagnostics, ...diagnostics]),
    result: { out, deployments: written },
    text: written.map((one) => writtenText(out, one)).join(""),
    compiled: estate.compiled,
    secrets,
  };
}

function failed({ compiled, diagnostics }: Estate, more: readonly Diagnostic[]): Outcome {
  return { diagnostics: sortDiagnostics([...diagnostics, ...more]), result: null, text: "", compiled };
}

/** The files from which these Deployments draw a sealed value; no other is opened. */
function drawnFiles(placed: readonly Placed[]): readonly ParsedFile[] {
  const drawn = new Set<ParsedFile>();
  for (const { effective } of placed) {
    for (const { fields } of effective.objects) {
      for (const { value, credential } of fields.values()) {
        if (credential && [...leaves(value)].some(({ kind }) => kind === "sealed"))
          drawn.add(credential.file);
      }
    }
  }
  return [...drawn];
}

function addFolder(writer: BuildWriter, { workspace, effective }: Placed, made: DeploymentOutput): Written {
  const folder: BuildFolder = {
    workspace: workspace.declarations.workspace.name.value,
    deployment: made.deployment.name.value,
    files: new Map<string, Secret | string>([
      ["secrets.yaml", secretsYaml(made.manifests)],
      ["connections.json", made.connections],
      ["variables.json", made.variables],
      ["values.yaml", made.values],
    ]),
  };
  writer.add(folder);
  const paths = [...folder.files.keys()].map((name) => `${folder.workspace}/${folder.deployment}/${name}`);
  return { ...folder, objects: effective.objects.length, files: paths };
}

function writtenText(out: string, { workspace, deployment, objects, files }: Written): string {
  const names = files.map((path) => path.slice(path.lastIndexOf("/") + 1)).join(", ");
  return `${out}/${workspace}/${deployment}: ${count(objects, "object")} in ${names}\n`;
}

function workspaceNames(placed: readonly Placed[]): readonly string[] {
  return [...new Set(placed.map(({ workspace }) => workspace.declarations.workspace.name.value))];
}
