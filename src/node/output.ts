import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { type Checked, type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { Secret } from "../core/secret.ts";
import { type BuildFolder, type BuildWriter, type Output, PortFailure } from "../ports.ts";
import { exposed, isExposed } from "./exposure.ts";

/** What builds of a form write. `sealed` ones may be committed. */
const OWN_FILES = {
  plain: /^(?:secrets\.yaml|connections\.json|variables\.json|values\.yaml)$/,
  sealed: /^(?:kustomization\.yaml|.*\.sops\.yaml)$/,
} as const;

type Form = keyof typeof OWN_FILES;

/**
 * A folder that builds are written to. `shown` is how messages name it. Everything is written beside first and
 * then renamed into place, so that a build that fails leaves what was there.
 */
export function createOutput(path: string, shown: string, form: Form = "plain"): Output {
  const out = resolve(path);
  return {
    path: shown,
    existing: (workspace, deployment) =>
      guarded(shown, () => readOwn(join(out, workspace, deployment), form)),
    begin(workspaces): Checked<BuildWriter | undefined> {
      const refused = refusal(out, shown, workspaces, form);
      if (refused) return { value: undefined, diagnostics: [refused] };
      return { value: guarded(shown, () => createWriter(out, shown)), diagnostics: [] };
    },
  };
}

function createWriter(out: string, shown: string): BuildWriter {
  mkdirSync(out, { recursive: true, mode: 0o700 });
  const staging = mkdtempSync(join(out, ".build-"));
  const folders: (readonly [workspace: string, deployment: string])[] = [];
  return {
    add(folder) {
      guarded(shown, () => writeFolder(staging, folder));
      folders.push([folder.workspace, folder.deployment]);
    },
    commit(whole) {
      const targets = folders.map(([workspace, deployment]) =>
        whole ? workspace : join(workspace, deployment),
      );
      guarded(shown, () => swapAll(out, staging, [...new Set(targets)]));
    },
    discard: () => rmSync(staging, { recursive: true, force: true }),
  };
}

/** Turns what the file system throws into a failure that names the place, never what was written. */
function guarded<T>(shown: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new PortFailure(diagnostic("JF004", undefined, { path: shown, reason }));
  }
}

function refusal(
  out: string,
  shown: string,
  workspaces: readonly string[],
  form: Form,
): Diagnostic | undefined {
  // A file below it is asked for: a pattern such as `build/` matches folders, and this one may not exist yet.
  if (form === "plain" && isExposed(join(out, "secrets.yaml"))) return exposed(shown);
  const foreign = workspaces.map((name) => join(out, name)).find((one) => holdsForeignFiles(one, form));
  if (foreign === undefined) return undefined;
  const path = `${shown}/${relative(out, foreign)}`;
  return diagnostic("JF006", undefined, { path }, { hint: "choose another `--out`, or remove that folder" });
}

function readOwn(folder: string, form: Form): ReadonlyMap<string, string> {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => OWN_FILES[form].test(name)) : [];
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/** True if a Workspace's folder holds anything but Deployments' folders with files of our own. */
function holdsForeignFiles(folder: string, form: Form): boolean {
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { withFileTypes: true }).some(
    (deployment) =>
      !deployment.isDirectory() ||
      readdirSync(join(folder, deployment.name)).some((name) => !OWN_FILES[form].test(name)),
  );
}

function writeFolder(staging: string, { workspace, deployment, files }: BuildFolder): void {
  const folder = join(staging, workspace, deployment);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, content] of files) {
    const text = content instanceof Secret ? content.reveal() : content;
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  }
}

/** Renames every new folder into place; if one cannot be, puts the old ones back. */
function swapAll(out: string, staging: string, targets: readonly string[]): void {
  const undo: (() => void)[] = [];
  try {
    for (const [index, target] of targets.entries()) {
      const place = join(out, target);
      const old = join(staging, `.old-${index}`);
      mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
      if (existsSync(place)) {
        renameSync(place, old);
        undo.push(() => renameSync(old, place));
      }
      renameSync(join(staging, target), place);
      undo.push(() => rmSync(place, { recursive: true, force: true }));
    }
  } catch (error) {
    for (const back of undo.reverse()) back();
    throw error;
  }
}
