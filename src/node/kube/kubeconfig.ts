import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { parse } from "yaml";
import { diagnostic } from "../../core/diagnostic.ts";
import { nameHint } from "../../core/nearest.ts";
import type { Node } from "../../model/tree.ts";
import { readPlainBlocks } from "../../parse/plain-blocks.ts";
import { PortFailure } from "../../ports.ts";
import type { Environment } from "../sops-environment.ts";
import { at, mapOf, textOf } from "./answer.ts";

/** What a kubeconfig says of one context. Texts in it are as they stand there. */
export interface Context {
  readonly name: string;
  readonly cluster: Entry;
  readonly user: Entry;
}

/** A cluster or a user of a kubeconfig. */
export interface Entry {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** The folder of its file, which paths in it are told from. */
  readonly folder: string;
}

/** All entries of several files, by name; of two with one name the first counts, as for kubectl. */
interface Kubeconfig {
  readonly files: readonly string[];
  readonly contexts: ReadonlyMap<string, Entry>;
  readonly clusters: ReadonlyMap<string, Entry>;
  readonly users: ReadonlyMap<string, Entry>;
}

/** The text of a kubeconfig that a step was given: it is never in a file, and never in the environment of a program. */
export const GIVEN = "jackfield kubeconfig";
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * A context of the files that `KUBECONFIG` names, else of `~/.kube/config`. There is no default: a context that is absent is never
 * another one. Throws PortFailure: JF700 (no such context), JF701 (a file that cannot be read), JF702 (its cluster or user is absent).
 */
export function readContext(name: string, env: Environment): Context {
  const config = readKubeconfig(env);
  const context = config.contexts.get(name);
  if (!context) {
    const files = config.files.join(", ");
    const hint = nameHint(name, config.contexts.keys());
    throw new PortFailure(diagnostic("JF700", undefined, { context: name, files }, { hint }));
  }
  const part = (what: "cluster" | "user", all: ReadonlyMap<string, Entry>): Entry => {
    const wanted = textOf(context.body[what]);
    if (wanted === undefined) throw unfit(name, `names no ${what}`);
    const entry = all.get(wanted);
    if (!entry) throw unfit(name, `names a ${what} that is not there`);
    return entry;
  };
  return { name, cluster: part("cluster", config.clusters), user: part("user", config.users) };
}

/** A context that cannot be used, and why. */
export function unfit(context: string, reason: string, hint?: string): PortFailure {
  return new PortFailure(diagnostic("JF702", undefined, { context, reason }, { hint }));
}

function readKubeconfig(env: Environment): Kubeconfig {
  const given = env[GIVEN];
  const read =
    given === undefined
      ? readFiles(env)
      : [{ path: "the given kubeconfig", json: checked("the given kubeconfig", parsed(given)) }];
  const all = (list: string, key: string): ReadonlyMap<string, Entry> => {
    const entries = new Map<string, Entry>();
    for (const { path, json } of read) {
      for (const entry of entriesOf(at(json, list), key, dirname(path))) {
        if (!entries.has(entry.name)) entries.set(entry.name, entry);
      }
    }
    return entries;
  };
  return {
    files: read.map(({ path, json }) => (json === undefined ? `${path} (not there)` : path)),
    contexts: all("contexts", "context"),
    clusters: all("clusters", "cluster"),
    users: all("users", "user"),
  };
}

function readFiles(env: Environment): readonly { readonly path: string; readonly json: unknown }[] {
  const listed = (env.KUBECONFIG ?? "").split(delimiter).filter((path) => path !== "");
  const files = listed.length > 0 ? listed : [join(env.HOME ?? homedir(), ".kube", "config")];
  return files.map((path) => ({ path, json: readFile(path) }));
}

function entriesOf(list: unknown, key: string, folder: string): readonly Entry[] {
  return (Array.isArray(list) ? list : []).flatMap((one: unknown) => {
    const name = textOf(at(one, "name"));
    const body = mapOf(at(one, key));
    return name === undefined || !body ? [] : [{ name, body, folder }];
  });
}

/** Undefined: there is no such file, which is no trouble as long as the context is in another. */
function readFile(path: string): unknown {
  let text: string;
  try {
    const bytes = readFileSync(path);
    if (bytes.length > MAX_BYTES) throw unreadable(path, "it is larger than 16 MiB");
    text = bytes.toString("utf8");
  } catch (error) {
    if (error instanceof PortFailure) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code === "ENOENT") return undefined;
    throw unreadable(path, code);
  }
  return checked(path, parsed(text));
}

function checked(path: string, json: unknown): unknown {
  if (json !== null && mapOf(json) === undefined) throw unreadable(path, "it is no YAML of a kubeconfig");
  return json;
}

/** Undefined for what is no YAML. Messages of the library quote the text, tokens and all: none of them leaves this function. */
function parsed(text: string): unknown {
  const json = jsonOf(text);
  if (json !== undefined) return json;
  try {
    // As `kubectl` and its kin write it, but for this one line, our own reader has it ten times as fast.
    const root = readPlainBlocks({ path: "", text: text.replace(/^preferences: \{\}\n/m, "") });
    return root ? plainOf(root) : parse(text, { logLevel: "error", prettyErrors: false });
  } catch {
    return undefined;
  }
}

function jsonOf(text: string): unknown {
  try {
    return text.startsWith("{") ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

function plainOf(node: Node): unknown {
  if (node.kind === "map") {
    return Object.fromEntries(node.entries.map(({ key, value }) => [key, plainOf(value)]));
  }
  if (node.kind === "seq") return node.items.map(plainOf);
  return node.kind === "scalar" ? node.value : node.ciphertext;
}

function unreadable(path: string, reason: string): PortFailure {
  return new PortFailure(diagnostic("JF701", undefined, { path, reason }));
}
