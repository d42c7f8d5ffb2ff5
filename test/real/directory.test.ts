import { execFileSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Secret } from "../../src/core/secret.ts";
import type { LiveSecret, WantedSecret } from "../../src/model/live.ts";
import type { LiveCluster, WriteAnswer } from "../../src/ports.ts";
import { openIn, scratch } from "../support/directory-cluster.ts";

// A directory cluster in a work tree of the real git.

let root = "";

beforeEach(() => {
  root = scratch();
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function wanted(data: Readonly<Record<string, string>>, name = "one", namespace = "airflow"): WantedSecret {
  const secrets = Object.entries(data).map(([key, text]) => [key, new Secret(text)] as const);
  return { namespace, name, labels: new Map(), annotations: new Map(), data: new Map(secrets) };
}

function codeOf(answer: WriteAnswer): string {
  return "diagnostic" in answer ? answer.diagnostic.code : answer.kind;
}

async function seen(cluster: LiveCluster): Promise<LiveSecret> {
  const live = await cluster.get("airflow", "one");
  if (!live) throw new Error("there is no Secret");
  return live;
}

test("an update or a removal of what git does not ignore cannot add to it", async () => {
  execFileSync("git", ["init", "-q", root]);
  writeFileSync(join(root, ".gitignore"), "cluster/*\n!cluster/prod\n*.json\n");
  const cluster = openIn(root);
  expect(codeOf(await cluster.create(wanted({ "connections.json": "" }, "one", "prod")))).toBe("JF005");
  expect(codeOf(await cluster.create(wanted({}, "one", "prod"), true))).toBe("JF005");
  expect(existsSync(join(root, "cluster"))).toBe(false);
  expect(await cluster.create(wanted({}))).toEqual({ kind: "done" });
  writeFileSync(join(root, ".gitignore"), "");
  expect(codeOf(await openIn(root).update(wanted({ a: "1" }), await seen(cluster)))).toBe("JF005");
  expect(await openIn(root).remove("airflow", "one", (await seen(cluster)).seen)).toEqual({ kind: "done" });
});
