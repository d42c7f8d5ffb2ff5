import { setTimeout as sleep } from "node:timers/promises";
import { Secret } from "../../src/core/secret.ts";
import type { WantedSecret } from "../../src/model/live.ts";
import type { WriteAnswer } from "../../src/ports.ts";
import { openIn } from "./directory-cluster.ts";

// A process of its own that works on the directory cluster below a folder.
// `lock NAMESPACE NAME`: takes a lock and keeps it. `loop NAMESPACE`: writes Secret `one` until it is killed. `count NAMESPACE N`: counts
// up in Secret `one`, N times. `large NAMESPACE BYTES`: writes a large Secret `one`, and prints what came of it.

const [root = "", act, namespace = "", ...args] = process.argv.slice(2);
const cluster = openIn(root);

/** The Secret `one`, with the same text in each of its keys. */
function wanted(text: string): WantedSecret {
  const value = new Secret(text);
  const data = new Map([
    ["connections.json", value],
    ["variables.json", value],
    [`last-${text.length % 7}`, value],
  ]);
  return { namespace, name: "one", labels: new Map(), annotations: new Map(), data };
}

async function put(want: WantedSecret): Promise<WriteAnswer> {
  const seen = await cluster.get(namespace, "one");
  return seen ? cluster.update(want, seen) : cluster.create(want);
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

async function run(): Promise<void> {
  if (act === "lock") {
    const answer = await cluster.lock(namespace, args[0] ?? "", "somebody who dies");
    process.stdout.write(answer.kind);
    await sleep(60_000);
  } else if (act === "loop") {
    for (let i = 0; ; i++) await put(wanted(`${i};`.repeat(500)));
  } else if (act === "count") {
    await count(Number(args[0]));
  } else if (act === "large") {
    process.stdout.write(JSON.stringify(await put(wanted("x".repeat(Number(args[0]))))));
  }
}

await run();
