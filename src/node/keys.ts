import { homedir } from "node:os";
import { join } from "node:path";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { FoundKeys, KeySource } from "../ports.ts";
import type { Identity } from "../sops/identities.ts";
import { parseIdentities } from "../sops/identities.ts";
import { readBounded } from "./read-bounded.ts";

type Environment = Readonly<Record<string, string | undefined>>;

interface Source {
  /** What messages call it: the name of a variable, or a path. */
  readonly name: string;
  /** The text that holds keys; undefined if there is no such source. Throws what the file system throws. */
  readonly read: () => string | undefined;
}

const MAX_KEY_FILE = 1024 * 1024;

/**
 * age keys from where SOPS looks for them: `SOPS_AGE_KEY`, the file that `SOPS_AGE_KEY_FILE` names, and the default
 * keys file, all together. Nothing is read before the first question, and everything only once. No SSH keys, and no
 * command is run.
 */
export function createKeySource(env: Environment, platform: string = process.platform): KeySource {
  let found: FoundKeys | undefined;
  return {
    identities() {
      found ??= search(sourcesOf(env, platform));
      return found;
    },
  };
}

function search(sources: readonly Source[]): FoundKeys {
  const identities = new Map<string, Identity>();
  const problems: Diagnostic[] = [];
  for (const source of sources) {
    const text = readSource(source, problems);
    if (text === undefined) continue;
    const parsed = parseIdentities(text);
    for (const identity of parsed.identities) identities.set(identity.recipient, identity);
    for (const { line, reason } of parsed.problems) {
      problems.push(diagnostic("JF341", undefined, { source: source.name, line, reason }));
    }
  }
  return { identities: [...identities.values()], looked: sources.map(({ name }) => name), problems };
}

function readSource({ name, read }: Source, problems: Diagnostic[]): string | undefined {
  try {
    return read();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unreadable";
    problems.push(diagnostic("JF342", undefined, { source: name, reason }));
    return undefined;
  }
}

function sourcesOf(env: Environment, platform: string): readonly Source[] {
  const named = env.SOPS_AGE_KEY_FILE || undefined;
  const standard = defaultKeysFile(env, platform);
  return [
    { name: "`SOPS_AGE_KEY`", read: () => env.SOPS_AGE_KEY || undefined },
    {
      name: named === undefined ? "`SOPS_AGE_KEY_FILE`" : `\`SOPS_AGE_KEY_FILE\` (${named})`,
      read: () => (named === undefined ? undefined : readKeyFile(named)),
    },
    ...(standard === undefined ? [] : [{ name: standard, read: () => ifThere(standard) }]),
  ];
}

/** `sops/age/keys.txt` in the user's configuration folder as Go's `os.UserConfigDir` and SOPS tell it. */
export function defaultKeysFile(env: Environment, platform: string = process.platform): string | undefined {
  const home = env.HOME || homedir();
  const folder =
    platform === "win32"
      ? env.AppData || env.APPDATA
      : env.XDG_CONFIG_HOME ||
        join(home, ...(platform === "darwin" ? ["Library", "Application Support"] : [".config"]));
  return folder ? join(folder, "sops", "age", "keys.txt") : undefined;
}

function ifThere(path: string): string | undefined {
  try {
    return readKeyFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function readKeyFile(path: string): string {
  return readBounded(path, MAX_KEY_FILE).toString("utf8");
}
