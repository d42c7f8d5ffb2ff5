import { type Checked, type Diagnostic, hasErrors } from "../core/diagnostic.ts";
import { Secret } from "../core/secret.ts";
import type { EffectiveDeployment, EffectiveObject, EffectiveWorkspace } from "../model/effective.ts";
import type { DeploymentOutput, SecretManifest } from "../model/manifest.ts";
import { createEncoder, type EncodedObject } from "./encode.ts";
import type { Reveal } from "./json.ts";
import { createLayout, type KeyLayout, type SecretLayout } from "./layout.ts";
import { checkSize } from "./sizes.ts";
import { helmValues } from "./values.ts";

type Encoded = NonNullable<EncodedObject["encoded"]>;

interface Emitter {
  readonly encode: (object: EffectiveObject) => EncodedObject;
  readonly layoutOf: (effective: EffectiveDeployment) => readonly SecretLayout[];
}

/**
 * What each Deployment gets, one at a time and in the Workspace's order; `only` names those wanted. A Deployment
 * with an error has no value: a file that lacks a connection, or holds one that Airflow cannot read, is never
 * made. Each object is encoded once for all its Deployments. `checkDelivery` must have passed: names and ids are
 * not looked at again.
 */
export function* emit(
  workspace: EffectiveWorkspace,
  reveal: Reveal,
  only?: ReadonlySet<string>,
): Generator<Checked<DeploymentOutput | undefined>> {
  const emitter = { encode: createEncoder(reveal), layoutOf: createLayout(workspace) };
  for (const effective of workspace.deployments) {
    if (only && !only.has(effective.deployment.name.value)) continue;
    yield emitDeployment(emitter, effective);
  }
}

function emitDeployment(
  { encode, layoutOf }: Emitter,
  effective: EffectiveDeployment,
): Checked<DeploymentOutput | undefined> {
  const { deployment, objects } = effective;
  const diagnostics: Diagnostic[] = [];
  const encoded = new Map<EffectiveObject, Encoded>();
  for (const object of objects) {
    const made = encode(object);
    for (const trouble of made.diagnostics) diagnostics.push(trouble);
    if (made.encoded) encoded.set(object, made.encoded);
  }
  if (hasErrors(diagnostics)) return { value: undefined, diagnostics };

  const files = {
    Connection: fileText(encoded, "Connection"),
    Variable: fileText(encoded, "Variable"),
  };
  const contentOf = (key: KeyLayout): Secret =>
    key.form === "entries" ? files[key.kind] : (encoded.get(key.object) as Encoded).text;
  const manifests: SecretManifest[] = [];
  for (const { name, namespace, labels, keys, object } of layoutOf(effective)) {
    const data = new Map([...keys].map(([key, layout]) => [key, contentOf(layout)] as const));
    const manifest = { name, namespace, labels, data };
    diagnostics.push(...checkSize(manifest, deployment, object?.declaration.id.at ?? deployment.at));
    manifests.push(manifest);
  }
  if (hasErrors(diagnostics)) return { value: undefined, diagnostics };
  const { Connection: connections, Variable: variables } = files;
  const values = helmValues(deployment);
  return { value: { deployment, manifests, connections, variables, values }, diagnostics };
}

/** One entry a line, so that a diff of two builds shows which changed. */
function fileText(encoded: ReadonlyMap<EffectiveObject, Encoded>, kind: "Connection" | "Variable"): Secret {
  const entries: string[] = [];
  for (const [object, { entry }] of encoded) if (object.kind === kind) entries.push(entry.reveal());
  return new Secret(entries.length === 0 ? "{}\n" : `{\n${entries.join(",\n")}\n}\n`);
}
