import { type Diagnostic, hasErrors } from "../../src/core/diagnostic.ts";
import { checkDelivery } from "../../src/emit/check.ts";
import { emit } from "../../src/emit/emit.ts";
import type { EffectiveObject } from "../../src/model/effective.ts";
import type { DeploymentOutput } from "../../src/model/manifest.ts";
import { type DeploymentSpec, effective, reveal, workspace } from "./effective.ts";

/** Emits one Deployment with these objects. */
function run(spec: DeploymentSpec, objects: readonly EffectiveObject[]) {
  const estate = workspace(effective(spec, objects));
  const checked = checkDelivery(estate);
  if (hasErrors(checked)) return { value: undefined, diagnostics: checked };
  const [emitted] = [...emit(estate, reveal)];
  if (!emitted) throw new Error("nothing emitted");
  return { ...emitted, diagnostics: [...checked, ...emitted.diagnostics] };
}

/** The output of a Deployment that must have no errors. */
export function output(spec: DeploymentSpec, ...objects: readonly EffectiveObject[]): DeploymentOutput {
  const { value, diagnostics } = run(spec, objects);
  if (!value) throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
  return value;
}

/** Every diagnostic of a Deployment; with an error among them it must have no output. */
export function troubles(
  spec: DeploymentSpec,
  ...objects: readonly EffectiveObject[]
): readonly Diagnostic[] {
  const { value, diagnostics } = run(spec, objects);
  const failed = diagnostics.some(({ severity }) => severity === "error");
  if (failed === (value !== undefined)) throw new Error("an output with errors, or none without");
  return diagnostics;
}
