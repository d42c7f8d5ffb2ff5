import type { Diagnostic } from "../../core/diagnostic.ts";
import type { Secret } from "../../core/secret.ts";
import type { SecretManifest } from "../../model/manifest.ts";
import type { KeySource } from "../../ports.ts";
import type { Fallback } from "../../sops/by-program.ts";
import { unseal } from "../../unseal/unseal.ts";
import type { Placed } from "../estate.ts";
import { drawnFiles, isOpen, manifestsOf } from "./wanted.ts";

/** What the keys at hand open of some Deployments, for whoever only wants to know. */
export interface OpenedAll {
  /** True if it draws sealed values. */
  readonly isSealed: (placed: Placed) => boolean;
  /** True if some of them do not open for want of a key. */
  readonly isClosed: (placed: Placed) => boolean;
  readonly manifests: ReadonlyMap<Placed, readonly SecretManifest[]>;
  /** What is wrong with files and values, whoever has the key. */
  readonly faults: readonly Diagnostic[];
  readonly secrets: readonly Secret[];
}

export interface Opener {
  readonly keys: KeySource;
  readonly fallback: Fallback | undefined;
}

const NO_KEY = new Set(["JF321", "JF340", "JF346"]);
/** What is wrong with sources of keys is told with them; sizes are judged elsewhere. */
const TOLD = new Set([...NO_KEY, "JF341", "JF342", "JF521"]);

/** `isBroken`: the files have errors, and nothing can be made of them. */
export function openAll(placed: readonly Placed[], opener: Opener, isBroken: boolean): OpenedAll {
  const { value, diagnostics } = unseal(drawnFiles(placed), opener.keys, opener.fallback);
  const faults = diagnostics.filter(({ code }) => !TOLD.has(code));
  const faulty = new Set(faults.map(({ at }) => at?.file.path));
  const made: Diagnostic[] = [];
  const open = placed.filter((one) => isOpen(one, value));
  const manifests = isBroken ? new Map() : manifestsOf(open, value, made);
  return {
    isSealed: (one) => drawnFiles([one]).length > 0,
    isClosed: (one) => !isOpen(one, value) && !drawnFiles([one]).some(({ file }) => faulty.has(file.path)),
    manifests,
    faults: [...faults, ...made.filter(({ code }) => !TOLD.has(code))],
    secrets: [...value.values()].map(({ secret }) => secret),
  };
}
