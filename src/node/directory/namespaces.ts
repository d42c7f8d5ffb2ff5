import { createHash, randomUUID } from "node:crypto";
import { constants, lstatSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { LiveNamespace, PreviewNamespaces, WantedNamespace, WriteAnswer } from "../../cluster-ports.ts";
import { diagnostic } from "../../core/diagnostic.ts";
import type { Seen } from "../../model/live.ts";
import { PortFailure } from "../../ports.ts";
import { answered, type Gate, isSame } from "./gate.ts";
import {
  attempt,
  freshFolder,
  GONE_NAMESPACE,
  type Ground,
  guarded,
  isFolder,
  NEW_NAMESPACE,
  namespaceFolder,
  shownOf,
  syncFolder,
} from "./ground.ts";
import { NAMESPACE_FILE, type NamespaceMetadata, namespaceText, readNamespaceText } from "./metadata.ts";
import { readNamespaces } from "./read.ts";
import { type Demand, writeFile } from "./write.ts";

const DONE: WriteAnswer = { kind: "done" };
const CHANGED: WriteAnswer = { kind: "changed" };

/**
 * The namespaces of a directory, for previews: folders. One that we made holds a file that says so; any other has no labels, and is
 * neither changed nor removed.
 */
export function directoryNamespaces(gate: Gate): PreviewNamespaces {
  const { ground } = gate;
  return {
    get: async (name) => look(ground, name)?.live,
    list: async (label, value) =>
      readNamespaces(ground)
        .flatMap((name) => look(ground, name)?.live ?? [])
        .filter(({ labels }) => labels.get(label) === value),
    create: (wanted) => answered(ground, wanted.name, () => create(gate, wanted)),
    annotate: (name, annotations, seen) =>
      answered(ground, name, () => annotate(gate, name, annotations, seen)),
    remove: (name, seen) => answered(ground, name, () => remove(gate, name, seen)),
  };
}

/** The folder of a namespace. */
interface Found {
  readonly folder: string;
  readonly live: LiveNamespace;
  /** Undefined: we did not make it. */
  readonly metadata: NamespaceMetadata | undefined;
}

/** Throws PortFailure: what cannot be read is not absent. */
function look(ground: Ground, name: string): Found | undefined {
  const folder = namespaceFolder(ground, name);
  return guarded("JF730", shownOf(ground, folder), () => {
    if (!isFolder(ground, folder)) return undefined;
    const text = textIn(folder);
    const metadata = text === undefined ? undefined : readNamespaceText(text);
    if (text !== undefined && !metadata) throw damaged(ground, folder);
    if (text === undefined || metadata?.name !== name) return foreign(folder, name);
    const { uid, version, labels, annotations } = metadata;
    // Who edits the file does not count on.
    const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
    const seen = { uid, resourceVersion: `${version}.${digest}` };
    return { folder, metadata, live: { name, labels, annotations, seen, isLeaving: false } };
  });
}

/** Undefined: there is none. Neither follows links nor waits for pipes. */
function textIn(folder: string): string | undefined {
  const flag = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    return readFileSync(join(folder, NAMESPACE_FILE), { encoding: "utf8", flag });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** A folder that somebody else made; undefined: it has just gone. */
function foreign(folder: string, name: string): Found | undefined {
  const stat = lstatSync(folder, { bigint: true, throwIfNoEntry: false });
  if (!stat) return undefined;
  const seen = { uid: `folder-${stat.ino}-${stat.birthtimeNs}`, resourceVersion: "0" };
  const live = { name, labels: new Map(), annotations: new Map(), seen, isLeaving: false };
  return { folder, metadata: undefined, live };
}

function damaged(ground: Ground, folder: string): PortFailure {
  const path = shownOf(ground, join(folder, NAMESPACE_FILE));
  const hint = "restore it, or remove the folder of that namespace";
  return new PortFailure(diagnostic("JF733", undefined, { path }, { hint }));
}

async function create(gate: Gate, wanted: WantedNamespace): Promise<WriteAnswer> {
  const { ground } = gate;
  if (look(ground, wanted.name)) return CHANGED;
  gate.demandHidden(wanted.name);
  return gate.alone((demand) => {
    if (look(ground, wanted.name)) return CHANGED;
    make(ground, wanted, demand);
    return DONE;
  });
}

/** Puts the folder in its place with the file in it, so nobody ever takes it for another's. */
function make(ground: Ground, wanted: WantedNamespace, demand: Demand): void {
  const fresh = freshFolder(ground, NEW_NAMESPACE);
  try {
    const text = namespaceText({ ...wanted, uid: randomUUID(), version: 1 });
    writeFile(ground, join(fresh, NAMESPACE_FILE), text);
    syncFolder(fresh);
    demand();
    renameSync(fresh, namespaceFolder(ground, wanted.name));
    syncFolder(ground.path);
  } catch (error) {
    attempt(() => rmSync(fresh, { recursive: true, force: true }));
    throw error;
  }
}

async function annotate(
  gate: Gate,
  name: string,
  annotations: ReadonlyMap<string, string>,
  seen: Seen,
): Promise<WriteAnswer> {
  const { ground } = gate;
  if (!isSame(look(ground, name)?.live.seen, seen)) return CHANGED;
  return gate.alone((demand) => {
    const before = look(ground, name);
    if (!before || !isSame(before.live.seen, seen)) return CHANGED;
    const old = demandOurs(ground, before);
    const all = new Map([...old.annotations, ...annotations]);
    rewrite(ground, before.folder, { ...old, version: old.version + 1, annotations: all }, demand);
    return DONE;
  });
}

function rewrite(ground: Ground, folder: string, metadata: NamespaceMetadata, demand: Demand): void {
  const place = join(folder, NAMESPACE_FILE);
  const fresh = `${place}.new`;
  rmSync(fresh, { force: true });
  try {
    writeFile(ground, fresh, namespaceText(metadata));
    demand();
    renameSync(fresh, place);
    syncFolder(folder);
  } catch (error) {
    attempt(() => rmSync(fresh, { force: true }));
    throw error;
  }
}

async function remove(gate: Gate, name: string, seen: Seen): Promise<WriteAnswer> {
  const { ground } = gate;
  if (!look(ground, name)) return DONE;
  return gate.alone((demand) => {
    const before = look(ground, name);
    if (!before) return DONE;
    if (!isSame(before.live.seen, seen)) return CHANGED;
    demandOurs(ground, before);
    takeApart(ground, before.folder, demand);
    return DONE;
  });
}

/** Takes a namespace out of the way at once, and then apart. */
function takeApart(ground: Ground, folder: string, demand: Demand): void {
  const gone = join(ground.path, `${GONE_NAMESPACE}${randomUUID()}`);
  demand();
  renameSync(folder, gone);
  syncFolder(ground.path);
  rmSync(gone, { recursive: true, force: true });
}

function demandOurs(ground: Ground, { folder, metadata }: Found): NamespaceMetadata {
  if (metadata) return metadata;
  const hint = "a preview has a namespace of its own: remove that folder, or give previews other names";
  throw new PortFailure(diagnostic("JF738", undefined, { path: shownOf(ground, folder) }, { hint }), "user");
}
