import { append } from "../core/append.ts";
import { type Checked, type Diagnostic, hasErrors, sortDiagnostics } from "../core/diagnostic.ts";
import type { Secret } from "../core/secret.ts";
import { emit } from "../emit/emit.ts";
import type { Reveal } from "../emit/json.ts";
import { secretsYaml } from "../emit/manifests.ts";
import type { DeploymentOutput } from "../model/manifest.ts";
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
import { drawnFiles } from "./live/wanted.ts";

export interface BuildPorts {
  readonly files: Files;
  readonly keys: KeySource;
  readonly output: Output;
  /** Set: the user lets it open what no key at hand opens. */
  readonly sops?: SopsProgram | undefined;
}

/** How the files of a Deployment are made of what it gets. */
export type MakeFiles = (placed: Placed, made: DeploymentOutput) => Checked<BuildFolder["files"]>;

/** What a build wrote for one Deployment, without contents. */
interface Written {
  readonly workspace: string;
  readonly deployment: string;
  readonly objects: number;
  readonly files: readonly string[];
}

/** `jackfield build`: writes what each Deployment gets. All or nothing: with an error, nothing is written. */
export function build(
  { files, keys, output, sops }: BuildPorts,
  narrowing: Narrowing,
  makeFiles: (estate: Estate) => MakeFiles | Outcome = () => plainFiles,
): Outcome {
  const estate = openEstate(files, narrowing);
  if (isOutcome(estate)) return estate;
  const placed = placedDeployments(estate, narrowing.deployment);
  if ("result" in placed) return placed;
  if (hasErrors(estate.diagnostics)) return failed(estate, []);
  const make = makeFiles({ ...estate, workspaces: [...new Set(placed.map(({ workspace }) => workspace))] });
  if ("result" in make) return make;
  const begun = output.begin(workspaceNames(placed));
  if (!begun.value) return failed(estate, begun.diagnostics);
  try {
    const unsealed = unseal(drawnFiles(placed), keys, fallbackOf(estate, sops));
    const whole = narrowing.deployment === undefined;
    return writeBuild({ estate, placed, make, writer: begun.value, out: output.path, whole }, unsealed);
  } finally {
    begun.value.discard();
  }
}

interface Writing {
  readonly estate: Estate;
  readonly placed: readonly Placed[];
  readonly make: MakeFiles;
  readonly writer: BuildWriter;
  readonly out: string;
  readonly whole: boolean;
}

function writeBuild(
  { estate, placed, make, writer, out, whole }: Writing,
  unsealed: ReturnType<typeof unseal>,
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
      if (!made.value || !effective) continue;
      const files = make({ workspace, effective }, made.value);
      append(diagnostics, files.diagnostics);
      written.push(addFolder(writer, { workspace, effective }, files.value));
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

/** What every build writes, in plain text. */
const plainFiles: MakeFiles = (_, made) => ({
  value: new Map<string, Secret | string>([
    ["secrets.yaml", secretsYaml(made.manifests)],
    ["connections.json", made.connections],
    ["variables.json", made.variables],
    ["values.yaml", made.values],
  ]),
  diagnostics: [],
});

function addFolder(
  writer: BuildWriter,
  { workspace, effective }: Placed,
  files: BuildFolder["files"],
): Written {
  const folder: BuildFolder = {
    workspace: workspace.declarations.workspace.name.value,
    deployment: effective.deployment.name.value,
    files,
  };
  writer.add(folder);
  const paths = [...files.keys()].map((name) => `${folder.workspace}/${folder.deployment}/${name}`);
  return { ...folder, objects: effective.objects.length, files: paths };
}

function writtenText(out: string, { workspace, deployment, objects, files }: Written): string {
  const names = files.map((path) => path.slice(path.lastIndexOf("/") + 1)).join(", ");
  return `${out}/${workspace}/${deployment}: ${count(objects, "object")} in ${names}\n`;
}

function workspaceNames(placed: readonly Placed[]): readonly string[] {
  return [...new Set(placed.map(({ workspace }) => workspace.declarations.workspace.name.value))];
}
