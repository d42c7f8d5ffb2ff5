import type { CompiledWorkspace } from "../../compile.ts";
import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { Replacement } from "../../ports.ts";
import { isOwnConfig, sopsConfig } from "../../sops/write-config.ts";
import type { Estate } from "../estate.ts";

/** What is to become of a Workspace's `.sops.yaml`. */
export interface ConfigChange {
  readonly path: string;
  /** Undefined: it is somebody's own, and only told about. */
  readonly replacement: Replacement | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** What it would be if it were ours. */
  readonly text: string;
}

/**
 * The change that a `.sops.yaml` needs; undefined if it needs none. One that Jackfield did not write, told by its header,
 * is left alone: rules for other files and comments must not get lost. If it no longer fits that is told.
 */
export function configChange(
  workspace: CompiledWorkspace,
  { diagnostics }: Estate,
): ConfigChange | undefined {
  const { declarations, config } = workspace;
  const { directory, environments } = declarations.workspace;
  const path = config?.path ?? (directory === "" ? ".sops.yaml" : `${directory}/.sops.yaml`);
  const text = sopsConfig(declarations.workspace);
  if (config?.text === text) return undefined;
  if (!config) {
    const isNeeded = [...environments.values()].some(({ recipients }) => recipients.length > 0);
    return isNeeded
      ? { path, text, replacement: { before: undefined, after: text }, diagnostics: [] }
      : undefined;
  }
  if (isOwnConfig(config.text)) {
    return { path, text, replacement: { before: config.text, after: text }, diagnostics: [] };
  }
  const drift = diagnostics.filter(({ code, at }) => DRIFT.includes(code) && at?.file.path === path);
  if (drift.length === 0) return undefined;
  const hint = "give its rules for our files the recipients and the scope that are shown";
  const at = { file: config, start: 0, end: 0 };
  const related = drift.flatMap((one) => (one.at ? [{ at: one.at, message: one.message }] : []));
  return {
    path,
    text,
    replacement: undefined,
    diagnostics: [diagnostic("JF394", at, {}, { related, hint })],
  };
}

/** A rule of it gives other recipients, or another scope. */
const DRIFT: readonly string[] = ["JF314", "JF315"];
