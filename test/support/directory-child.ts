import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { Secret } from "../../src/core/secret.ts";
import type { WantedSecret } from "../../src/model/live.ts";
import type { LiveCluster } from "../../src/ports.ts";
import { openIn } from "./directory-cluster.ts";

// A process of its own that works on the directory cluster below a folder, for tests that kill it:
// `lock NAMESPACE NAME`: takes a lock and keeps it; `loop NAMESPACE`: writes Secret `one` until it is killed; `count NAMESPACE N`: counts
// up in Secret `one`, N times; `die NAMESPACE N CREATE|UPDATE|REMOVE`: is killed at the Nth call of the file system.

const [root = "", act, namespace = "", ...args] = process.argv.slice(2);
const cluster = openIn(root);

/** The Secret `one`, with the same text in each of its keys. */
function wanted(text: string, size = 1): WantedSecret {
  const data = ["connections.json", "variables.json", `only-${text.at(-1)}`].map(
    (key) => [key, new Secret(text.repeat(size))] as const,
  );
  return {
    namespace,
    name: "one",
    labels: new Map([["text", text]]),
    annotations: new Map(),
    data: new Map(data),
  };
}

async function put(one: LiveCluster, want: WantedSecret): Promise<string> {
  const seen = await one.get(namespace, "one");
  return (seen ? await one.update(want, seen) : await one.create(want)).kind;
}

async function count(times: number): Promise<void> {
  for (let done = 0; done < times; ) {
    const seen = await cluster.get(namespace, "one");
    const now = Number(seen?.data.get("connections.json")?.reveal() ?? 0);
    const want = wanted(`${now + 1}`);
    const answer = seen ? await cluster.update(want, seen) : await cluster.create(want);
    if (answer.kind === "done") done++;
    else if (answer.kind !== "changed") throw new Error(answer.kind);
  }
}

/** Every call of the file system that may change something, or not, is counted; the last is not done. */
function dieAt(calls: number): void {
  let left = calls;
  for (const name of [
    "mkdirSync",
    "openSync",
    "writeFileSync",
    "writeSync",
    "fsyncSync",
    "futimesSync",
    "closeSync",
  ] as const)
    wrap(name);
  for (const name of [
    "symlinkSync",
    "renameSync",
    "rmSync",
    "rmdirSync",
    "mkdtempSync",
    "fchmodSync",
    "chmodSync",
  ] as const)
    wrap(name);
  syncBuiltinESMExports();

  function wrap(name: keyof typeof fs): void {
    const real = fs[name] as (...given: readonly unknown[]) => unknown;
    const counted = (...given: readonly unknown[]) => {
      if (--left === 0) process.kill(process.pid, "SIGKILL");
      return real(...given);
    };
    Object.assign(fs, { [name]: counted });
  }
}

async function run(): Promise<void> {
  if (act === "lock") {
    const answer = await cluster.lock(namespace, args[0] ?? "", "somebody who dies");
    process.stdout.write(answer.kind);
    await sleep(60_000);
  } else if (act === "loop") {
    for (let i = 0; ; i++) await put(cluster, wanted(`${i}`, 500));
  } else if (act === "count") {
    await count(Number(args[0]));
  } else if (act === "die") {
    const seen = await cluster.get(namespace, "one");
    dieAt(Number(args[0]));
    if (args[1] === "remove" && seen) await cluster.remove(namespace, "one", seen.seen);
    else process.stdout.write(await put(cluster, wanted("new")));
  }
}

await run();
