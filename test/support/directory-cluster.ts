import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cluster } from "../../src/model/declaration.ts";
import { openDirectory } from "../../src/node/directory/open.ts";
import type { LiveCluster } from "../../src/ports.ts";
import type { Opened, Poke } from "./cluster-conformance.ts";
import type { NamespacePoke } from "./namespace-conformance.ts";

const CHILD = fileURLToPath(new URL("directory-child.ts", import.meta.url));

/** Locks that are waited for as long as a test likes to wait. */
export const BRIEF = { wait: 1500, stale: 500 };

/** The declaration of a directory cluster. */
export function directoryCluster(directory: string, more: Pick<Cluster, "mode" | "group"> = {}): Cluster {
  const at = { file: { path: "jackfield.yaml", text: "" }, start: 0, end: 0 };
  return { name: { value: "laptop", at }, directory, ...more };
}

/** A folder for a test, outside of any work tree. */
export function scratch(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), "jackfield-cluster-")));
}

/** A directory cluster below a folder, with locks that are not waited for long. */
export function openIn(root: string, more: Pick<Cluster, "mode" | "group"> = {}): LiveCluster {
  return openDirectory(directoryCluster("cluster", more), root, "", BRIEF);
}

/** Starts a process that works on the directory cluster below a folder: see directory-child.ts. */
export function startChild(root: string, ...args: readonly string[]) {
  return start([process.execPath, CHILD, root, ...args]);
}

/** The same, for a process that may write no file of more than some KiB. */
export function startLimited(kib: number, root: string, ...args: readonly string[]) {
  return start(["bash", "-c", `ulimit -f ${kib}; exec "$0" "$@"`, process.execPath, CHILD, root, ...args]);
}

function start([program = "", ...args]: readonly string[]) {
  return spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
}

/** The first that such a process says. */
export async function firstWord(child: ReturnType<typeof startChild>): Promise<string> {
  const ended = once(child, "close").then(() => {
    throw new Error("the process ended without a word");
  });
  const [said] = await Promise.race([once(child.stdout, "data"), ended]);
  ended.catch(() => undefined);
  return String(said);
}

/** A directory cluster for `clusterConformance`. */
export async function openForTest(): Promise<Opened> {
  const root = scratch();
  return {
    cluster: openIn(root),
    other: openIn(root),
    namespace: "airflow",
    poke: pokeIn(root, "airflow"),
    namespaces: namespacesIn(root),
    close: async () => rmSync(root, { recursive: true, force: true }),
  };
}

/** What others do to a namespace of the directory cluster below a folder. */
export function pokeIn(root: string, namespace: string): Poke {
  const place = (...names: readonly string[]) => join(root, "cluster", namespace, ...names);
  const metadata = (secret: string) => place(secret, "..data", "..jackfield.json");
  return {
    edit: async (secret, key, text) => writeFileSync(place(secret, key), text),
    dropKey: async (secret, key) => rmSync(place(secret, key)),
    async annotate(secret, annotation, text) {
      const object = JSON.parse(readFileSync(metadata(secret), "utf8"));
      object.annotations[annotation] = text;
      writeFileSync(metadata(secret), JSON.stringify(object));
    },
    async make(secret, data) {
      mkdirSync(place(secret), { recursive: true });
      for (const [key, text] of Object.entries(data)) writeFileSync(place(secret, key), text);
    },
    async abandonLock(name) {
      const child = startChild(root, "lock", namespace, name);
      if ((await firstWord(child)) !== "locked") throw new Error("the process got no lock");
      child.kill("SIGKILL");
      await once(child, "exit");
    },
    async garbled(secret) {
      if (!existsSync(metadata(secret))) throw new Error(`there is no ${secret}`);
      writeFileSync(metadata(secret), '{"v": 1, "uid"');
      return openIn(root);
    },
  };
}

/** What others do to the namespaces of the directory cluster below a folder. */
function namespacesIn(root: string): NamespacePoke {
  const file = (name: string) => join(root, "cluster", name, "..namespace.json");
  return {
    make: async (name) => void mkdirSync(join(root, "cluster", name)),
    async annotate(name, annotation, text) {
      const object = JSON.parse(readFileSync(file(name), "utf8"));
      object.annotations[annotation] = text;
      writeFileSync(file(name), JSON.stringify(object));
    },
    finish: async () => undefined,
    async garbled(name) {
      writeFileSync(file(name), '{"v": 1, "uid"');
      return openIn(root);
    },
  };
}
