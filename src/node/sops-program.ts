import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { devNull } from "node:os";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { type Checked, type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { Secret } from "../core/secret.ts";
import type { SourceFile } from "../core/source.ts";
import type { Recipient } from "../model/declaration.ts";
import type { SopsProgram } from "../ports.ts";
import { type Asked, answerOf, failureOf, placeOf } from "./sops-answer.ts";
import { type Environment, sopsEnvironment } from "./sops-environment.ts";
import { encryptFlags } from "./sops-flags.ts";

/** How long one run may take (somebody may have to type a PIN, or touch a token), and what it may print. */
export interface SopsLimits {
  readonly seconds: number;
  readonly bytes: number;
}

const LIMITS: SopsLimits = { seconds: 60, bytes: 64 * 1024 * 1024 };

// 3.13.0 is the first that can be kept from a Vault server of the file's choice (`SOPS_HC_VAULT_ALLOWLIST`); 3.13.2 takes the
// MAC of a list with a comment in it for wrong, which 3.13.3 mended (getsops/sops#2245).
const MINIMUM = [3, 13, 3] as const;

/**
 * The `sops` program at a path, or of a name on the PATH. It runs without a shell, by its absolute path, with a minimal
 * environment and no config file, under limits of time and output. Its messages are dropped unread, because they may hold
 * values; MACs are never ignored. Diagnostics: JF345 (program), JF346 (no data key), JF347 (refusal).
 */
export function createSopsProgram(
  program: string,
  env: Environment,
  limits: SopsLimits = LIMITS,
): SopsProgram {
  let found: string | Diagnostic | undefined;
  const ask = (
    asked: Asked,
    args: readonly string[],
    listed: readonly Recipient[],
  ): Checked<string | undefined> => {
    found ??= findUsable(program, env, limits);
    if (typeof found !== "string") return refused(found);
    const own = sopsEnvironment(env, listed);
    // Without `--config` it would look for a `.sops.yaml` in this folder and all above.
    return answerOf(start(found, ["--config", devNull, ...args], own, limits, asked.file.text), asked);
  };
  return {
    decrypt(file, listed) {
      const args = ["decrypt", "--input-type", formatOf(file), "--output-type", "yaml"];
      const { value, diagnostics } = ask({ file, verb: "open" }, args, listed);
      return { value: value === undefined ? undefined : new Secret(value), diagnostics };
    },
    encrypt(plain, recipients, scope) {
      const flags = encryptFlags(recipients, scope);
      if ("reason" in flags) {
        return refused(diagnostic("JF347", placeOf(plain), { verb: "seal", reason: flags.reason }));
      }
      const format = formatOf(plain);
      // It wants a name for what comes from standard input; only a config file would tell one from another.
      const name = ["--filename-override", `plain.${format}`];
      const args = ["encrypt", "--input-type", format, "--output-type", format, ...name, ...flags.flags];
      return ask({ file: plain, verb: "seal" }, args, recipients);
    },
  };
}

function start(
  path: string,
  args: readonly string[],
  env: Environment,
  { seconds, bytes }: SopsLimits,
  input: string,
): SpawnSyncReturns<Buffer> {
  return spawnSync(path, args, {
    env,
    input,
    windowsHide: true,
    stdio: ["pipe", "pipe", "ignore"],
    timeout: seconds * 1000,
    killSignal: "SIGKILL",
    maxBuffer: bytes,
  });
}

/** The path of the program, if it is a SOPS that is new enough. */
function findUsable(program: string, env: Environment, limits: SopsLimits): string | Diagnostic {
  const path = pathOf(program, env);
  if (path === undefined)
    return unusable("is not there", "install SOPS, or give a path: `--sops /usr/local/bin/sops`");
  const run = start(path, ["--disable-version-check", "--version"], sopsEnvironment(env, []), limits, "");
  const failure = failureOf(run);
  if (failure !== undefined) return unusable(`does not tell its version: ${failure}`);
  const [, ...version] = /^sops (\d+)\.(\d+)\.(\d+)/.exec(run.stdout.toString("latin1")) ?? [];
  if (run.status !== 0 || version.length === 0) return unusable("does not tell a version of SOPS");
  const hint = "older ones can be made to send a Vault token to any server, or refuse sound files";
  return isNewEnough(version.map(Number)) ? path : unusable(`is older than ${MINIMUM.join(".")}`, hint);
}

function isNewEnough(version: readonly number[]): boolean {
  const at = MINIMUM.findIndex((part, index) => part !== version[index]);
  return at < 0 || (version[at] ?? 0) > (MINIMUM[at] ?? 0);
}

/** Absolute: relative folders of the PATH would be folders of the repo. */
function pathOf(program: string, env: Environment): string | undefined {
  if (/[\\/]/.test(program)) return [resolve(program)].find(isProgram);
  const folders = (env.PATH ?? env.Path ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  const names = process.platform === "win32" ? [`${program}.exe`, program] : [program];
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function unusable(reason: string, hint?: string): Diagnostic {
  return diagnostic("JF345", undefined, { reason }, { hint });
}

function refused(trouble: Diagnostic): Checked<undefined> {
  return { value: undefined, diagnostics: [trouble] };
}

function formatOf({ path }: SourceFile): "json" | "yaml" {
  return path.endsWith(".json") ? "json" : "yaml";
}
