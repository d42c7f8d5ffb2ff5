import { append } from "../core/append.ts";
import { type Checked, type Diagnostic, diagnostic, hasErrors } from "../core/diagnostic.ts";
import { secretsYaml } from "../emit/manifests.ts";
import type { Recipient } from "../model/declaration.ts";
import type { DeploymentOutput, SecretManifest } from "../model/manifest.ts";
import type { Node } from "../model/tree.ts";
import type { Outcome } from "../outcome.ts";
import { parseFile } from "../parse/parse.ts";
import type { SopsProgram } from "../ports.ts";
import { sealByProgram } from "../sops/by-program.ts";
import { kindInWords, needsProgram } from "../sops/foreign.ts";
import type { Identity } from "../sops/identities.ts";
import { openText } from "../sops/opened.ts";
import { resealText } from "../sops/reseal.ts";
import { sealText } from "../sops/seal.ts";
import { type BuildPorts, build } from "./build.ts";
import type { Narrowing } from "./estate.ts";
import { type Reviewed, recipientsGate } from "./secrets/recipients-gate.ts";

/** What Flux decrypts of a Secret; the rest has to be readable for it. */
const SCOPE = { name: "encrypted_regex", text: "^(data|stringData)$" } as const;
const KUSTOMIZATION = "kustomization.yaml";

export interface FluxSealing {
  /** Of the Deployment's environment. */
  readonly recipients: readonly Recipient[];
  /** Files of the last build, by name: what did not change keeps its ciphertext, if a key at hand opens it. */
  readonly existing: ReadonlyMap<string, string>;
  readonly identities: readonly Identity[];
  readonly program: SopsProgram | undefined;
  readonly now: Date;
}

/** The Secrets of a Deployment, a sealed file each, and a list of them for Kustomize. Nothing of it is plain text. */
export function fluxFiles(
  { manifests }: DeploymentOutput,
  sealing: FluxSealing,
): Checked<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const manifest of manifests) {
    const path = `${manifest.name}.sops.yaml`;
    const sealed = sealSecret(path, manifest, sealing);
    append(diagnostics, sealed.diagnostics);
    if (sealed.value !== undefined && !hasErrors(sealed.diagnostics)) files.set(path, sealed.value);
  }
  files.set(KUSTOMIZATION, kustomization([...files.keys()]));
  return { value: files, diagnostics };
}

function sealSecret(
  path: string,
  manifest: SecretManifest,
  { recipients, existing, identities, program, now }: FluxSealing,
): Checked<string | undefined> {
  const plain = { path, text: secretsYaml([manifest]).reveal() };
  const foreign = recipients.find(needsProgram);
  if (foreign && program) return sealByProgram(plain, recipients, program, SCOPE);
  if (foreign) {
    const hint = "`--sops sops` lets the `sops` program seal for it";
    const kind = kindInWords(foreign);
    return { value: undefined, diagnostics: [diagnostic("JF690", undefined, { kind }, { hint })] };
  }
  const ids = recipients.map(({ id }) => id);
  const before = existing.get(path);
  const opened = before === undefined ? undefined : openText({ path, text: before }, identities).value;
  if (!opened || opened.metadata.rule?.text !== SCOPE.text) {
    return sealText(plain, { groups: [ids], scope: SCOPE, now });
  }
  const [group] = opened.metadata.groups;
  const isSame =
    isSameTree(opened.plain.reveal(), plain.text) &&
    isSameSet(group?.age.map(({ recipient }) => recipient.value) ?? [], ids);
  return isSame
    ? { value: before, diagnostics: [] }
    : resealText(opened, plain.text, { recipients: ids, now });
}

/** Quotes and layout do not count. */
function isSameTree(one: string, other: string): boolean {
  const tree = (text: string) =>
    parseFile({ path: "x.yaml", text }).value?.documents.map(({ root }) => bare(root));
  return JSON.stringify(tree(one)) === JSON.stringify(tree(other));
}

function bare(node: Node): unknown {
  if (node.kind === "map") return node.entries.map(({ key, value }) => [key, bare(value)]);
  if (node.kind === "seq") return node.items.map(bare);
  return node.kind === "scalar" ? String(node.value) : node.ciphertext;
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item));
}

function kustomization(files: readonly string[]): string {
  const lines = files.map((name) => `  - ${name}\n`);
  const resources = files.length === 0 ? "resources: []\n" : `resources:\n${lines.join("")}`;
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n${resources}`;
}

export interface FluxPorts extends BuildPorts {
  readonly history: Reviewed;
  readonly now: Date;
}

/**
 * `jackfield build --for flux`: the Secrets, sealed again for whoever may read their environment, for Flux to decrypt. As all that
 * seals it asks for a word where a recipient is new.
 */
export function buildForFlux(ports: FluxPorts, narrowing: Narrowing, accepted: readonly string[]): Outcome {
  const { output, keys, sops, history, now } = ports;
  return build(ports, narrowing, ({ workspaces, compiled }) => {
    const sealsFor = workspaces.map(({ declarations }) => ({
      declarations,
      environments: declarations.deployments.map(({ environment }) => environment.value),
    }));
    const refused = recipientsGate(sealsFor, accepted, history, compiled);
    if (refused) return refused;
    return ({ workspace, effective: { deployment } }, made) => {
      const { workspace: policy } = workspace.declarations;
      const environment = policy.environments.get(deployment.environment.value);
      const existing = output.existing(policy.name.value, deployment.name.value);
      return fluxFiles(made, {
        recipients: environment?.recipients.map(({ value }) => value) ?? [],
        existing,
        identities: keys.identities().identities,
        program: sops,
        now,
      });
    };
  });
}
