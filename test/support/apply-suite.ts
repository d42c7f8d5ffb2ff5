import { afterEach, beforeEach, expect, test } from "vitest";
import type { LiveSecret } from "../../src/model/live.ts";
import type { LiveCluster } from "../../src/ports.ts";
import type { Poke } from "./cluster-conformance.ts";
import {
  connections,
  connectionText,
  credentialText,
  type LiveEstate,
  makeLiveEstate,
  type Shape,
  workspaceText,
} from "./live-estate.ts";
import type { Ran } from "./repo.ts";

// What plan and apply do, whatever the cluster is made of: one test for a folder and for a real server. The built program
// runs in a real repo.

/** A place to deploy to. */
export interface Ground {
  /** The inside of the cluster in `jackfield.yaml`. */
  readonly inside: string;
  readonly env: Readonly<Record<string, string>>;
  /** Makes a namespace of its own. */
  namespace(): Promise<string>;
  /** How the cluster looks to others, and what they do to it. */
  look(estate: LiveEstate): Promise<LiveCluster>;
  poke(estate: LiveEstate, namespace: string): Omit<Poke, "garbled">;
  /** Labels a Secret as somebody else. */
  label(
    estate: LiveEstate,
    namespace: string,
    secret: string,
    labels: Readonly<Record<string, string>>,
  ): Promise<void>;
}

interface Plan {
  readonly id: string;
  readonly summary: Readonly<Record<string, number>>;
}

interface Result extends Ran {
  /** Of `--format json`. */
  readonly codes: readonly string[];
  readonly plan: Plan;
  readonly reason?: string;
  readonly outcomes: readonly string[];
}

class Stage {
  readonly ground: Ground;
  readonly namespace: string;
  readonly estate: LiveEstate;
  readonly cluster: LiveCluster;
  readonly poke: Omit<Poke, "garbled">;

  constructor(ground: Ground, namespace: string, estate: LiveEstate, cluster: LiveCluster) {
    this.ground = ground;
    this.namespace = namespace;
    this.estate = estate;
    this.cluster = cluster;
    this.poke = ground.poke(estate, namespace);
  }

  policy(more: Partial<Shape> = {}): string {
    return workspaceText({ cluster: this.ground.inside, namespace: this.namespace, ...more });
  }

  run(command: string, ...args: readonly string[]): Result {
    const ran = this.estate.jackfield(command, "--format", "json", ...args);
    const { diagnostics = [], result } = JSON.parse(ran.out || "{}");
    const plan = result?.plan ?? result;
    const outcomes = (result?.applied ?? []).flatMap(
      ({ results }: { results: { action: string; secret: string; outcome: string }[] }) =>
        results.map(({ action, secret, outcome }) => `${action} ${secret}: ${outcome}`),
    );
    const codes = diagnostics
      .filter(({ severity }: { severity: string }) => severity !== "info")
      .map(({ code }: { code: string }) => code);
    return { ...ran, codes, plan, reason: result?.reason, outcomes };
  }

  /** An apply that must come through, whole. */
  applied(...args: readonly string[]): Result {
    const result = this.run("apply", ...args);
    expect([result.status, result.codes, result.err]).toEqual([0, [], ""]);
    return result;
  }

  async live(secret: string, namespace = this.namespace): Promise<LiveSecret | undefined> {
    return await this.cluster.get(namespace, secret);
  }

  async read(secret: string, key = "connections.json", namespace = this.namespace): Promise<unknown> {
    const text = (await this.live(secret, namespace))?.data.get(key)?.reveal();
    return text === undefined ? undefined : JSON.parse(text);
  }

  async ids(secret = "jackfield-prod"): Promise<readonly string[]> {
    return Object.keys((await this.read(secret)) ?? {}).sort();
  }

  /** Tells every state of the namespace from every other. */
  async state(): Promise<unknown> {
    return (await this.cluster.list(this.namespace)).map(({ name, seen }) => [name, seen]);
  }
}

const PLAN_JSON = "plan.json";

export function applySuite(kind: string, open: () => Promise<Ground>): void {
  let stage: Stage;
  beforeEach(async () => {
    const ground = await open();
    const namespace = await ground.namespace();
    const policy = workspaceText({ cluster: ground.inside, namespace });
    const estate = makeLiveEstate(
      { "jackfield.yaml": policy, ...connections("a", "b", "c", "d") },
      ground.env,
    );
    stage = new Stage(ground, namespace, estate, await ground.look(estate));
  }, 60_000);
  afterEach(() => {
    stage.cluster.close();
    stage.estate.remove();
  });
  const here = () => stage;
  lifeTests(kind, here);
  boundTests(kind, here);
  driftTests(kind, here);
  foreignTests(kind, here);
  placeTests(kind, here);
  railTests(kind, here);
}

type Here = () => Stage;

function lifeTests(kind: string, here: Here): void {
  test(`${kind}: what Git says is written, and then nothing more`, async () => {
    const stage = here();
    expect(stage.run("plan").plan.summary).toEqual({ create: 1 });
    expect(await stage.state()).toEqual([]);
    expect(stage.applied().outcomes).toEqual(["create jackfield-prod: done"]);
    expect(await stage.read("jackfield-prod")).toMatchObject({
      a: { conn_type: "postgres", host: "db.example.com", password: "canary-of-a" },
    });
    const state = await stage.state();
    expect(stage.applied().outcomes).toEqual([]);
    expect(stage.run("plan", "--exit-code").status).toBe(0);
    expect(await stage.state()).toEqual(state);
  });

  test(`${kind}: a field, a password, an object more, an object less`, async () => {
    const stage = here();
    stage.applied();
    stage.estate.change({
      "connections/a.yaml": connectionText("a", "db2.example.com"),
      "connections/b.production.sops.yaml": credentialText("b", "another"),
      "connections/c.yaml": undefined,
      "connections/c.production.sops.yaml": undefined,
      ...connections("e"),
    });
    const { status, out } = stage.estate.plan("--exit-code");
    expect(status).toBe(4);
    expect(out.replace(/plan \w{32}/, "plan ID").replaceAll(stage.namespace, "NS")).toBe(
      `analytics/prod: production, main/NS
  loses 1 of 4 objects: Connection c
  ~ update jackfield-prod
    ~ Connection a
        host  "db.example.com" → "db2.example.com"
    ~ Connection b
        password  ciphertext changed
    - Connection c
    + Connection e

plan ID: 1 to update
`,
    );
    stage.applied();
    expect(await stage.ids()).toEqual(["a", "b", "d", "e"]);
    expect(await stage.read("jackfield-prod")).toMatchObject({
      a: { host: "db2.example.com" },
      b: { password: "another" },
    });
  });

  test.each(["kubernetes", "env"])(`${kind}: delivery %s, and back to file`, async (delivery) => {
    const stage = here();
    stage.applied();
    stage.estate.change({ "jackfield.yaml": stage.policy({ delivery }) });
    stage.applied();
    const names = async () =>
      (await stage.cluster.list(stage.namespace)).map(({ name }) => name.replace(/-\w{10}$/, ""));
    const objects = ["a", "b", "c", "d"].map((id) => `jackfield-prod-${id}`);
    expect(await names()).toEqual(delivery === "env" ? ["jackfield-prod-env"] : objects);
    expect(stage.applied().outcomes).toEqual([]);
    stage.estate.change({ "jackfield.yaml": stage.policy() });
    stage.applied();
    expect(await names()).toEqual(["jackfield-prod"]);
  });

  test(`${kind}: the record tells where it comes from, and nothing of a value`, async () => {
    const stage = here();
    stage.applied();
    const text =
      (await stage.live("jackfield-prod"))?.annotations.get("jackfield.dev/record")?.reveal() ?? "";
    const record = JSON.parse(text);
    expect(record).toMatchObject({ v: 1, commit: stage.estate.must("rev-parse", "HEAD").trim() });
    expect(record.modified).toBeUndefined();
    expect(Object.keys(record.objects)).toEqual([
      "Connection/a",
      "Connection/b",
      "Connection/c",
      "Connection/d",
    ]);
    expect(text).not.toContain("canary");
    expect(text).not.toContain("example.com");
    stage.estate.write("connections/a.yaml", connectionText("a", "not.committed"));
    stage.applied();
    expect((await stage.live("jackfield-prod"))?.annotations.get("jackfield.dev/record")?.reveal()).toContain(
      '"modified":true',
    );
  });
}

function boundTests(kind: string, here: Here): void {
  test(`${kind}: with a key and without one, a plan has one id`, async () => {
    const stage = here();
    const both = () => {
      const keyed = stage.run("plan").plan.id;
      const key = stage.estate.env.SOPS_AGE_KEY;
      stage.estate.env.SOPS_AGE_KEY = "";
      const keyless = stage.run("plan").plan.id;
      stage.estate.env.SOPS_AGE_KEY = key;
      return [keyed, keyless];
    };
    const [first, second] = both();
    expect(first).toBe(second);
    stage.applied();
    stage.estate.change({ "connections/b.production.sops.yaml": credentialText("b", "another") });
    const [third, fourth] = both();
    expect(third).toBe(fourth);
    expect(third).not.toBe(first);
  });

  test(`${kind}: the reviewed plan is applied, or nothing`, async () => {
    const stage = here();
    const { plan } = stage.run("plan", "--out", PLAN_JSON);
    expect(stage.estate.read(PLAN_JSON)).not.toContain("canary");
    expect(stage.run("apply", "--plan-id", "0".repeat(32))).toMatchObject({
      status: 5,
      reason: "plan-differs",
      codes: ["JF619"],
    });
    expect(await stage.state()).toEqual([]);
    stage.applied("--plan-id", plan.id);
    expect(stage.run("apply", "--plan", PLAN_JSON)).toMatchObject({ status: 5, reason: "plan-differs" });
    const next = stage.run("plan", "--out", PLAN_JSON).plan.id;
    // Another file than that of the plan, though it does not change what the Deployment gets.
    stage.estate.write("connections/a.yaml", `# a note\n${stage.estate.read("connections/a.yaml")}`);
    expect(stage.run("plan").plan.id).not.toBe(next);
  });

  test(`${kind}: what changed since the plan is not written over`, async () => {
    const stage = here();
    stage.applied();
    stage.estate.change({ "connections/a.yaml": connectionText("a", "db2.example.com") });
    const { plan } = stage.run("plan", "--out", PLAN_JSON);
    await stage.poke.edit("jackfield-prod", "connections.json", "{}");
    const state = await stage.state();
    for (const args of [
      ["--plan", PLAN_JSON],
      ["--plan-id", plan.id],
    ]) {
      expect(stage.run("apply", ...args)).toMatchObject({ status: 5, reason: "plan-differs" });
    }
    expect(await stage.state()).toEqual(state);
    stage.applied();
    expect(await stage.ids()).toEqual(["a", "b", "c", "d"]);
  });
}

function driftTests(kind: string, here: Here): void {
  test(`${kind}: an edit in the cluster is drift, and repaired`, async () => {
    const stage = here();
    stage.applied();
    expect(stage.run("drift").status).toBe(0);
    const text = (await stage.live("jackfield-prod"))?.data.get("connections.json")?.reveal() ?? "";
    await stage.poke.edit("jackfield-prod", "connections.json", text.replace("canary-of-a", "hacked"));
    await stage.poke.edit("jackfield-prod", "more", "theirs");
    const { status, out } = stage.estate.jackfield("drift");
    expect([status, out.includes("takes away keys that are not ours: more")]).toEqual([4, true]);
    expect(out).toContain("~ Connection a\n        password  changed");
    expect(out).not.toContain("hacked");
    const key = stage.estate.env.SOPS_AGE_KEY;
    stage.estate.env.SOPS_AGE_KEY = "";
    const keyless = stage.estate.jackfield("drift");
    stage.estate.env.SOPS_AGE_KEY = key;
    expect([keyless.status, keyless.out.includes("written by another")]).toEqual([4, true]);
    expect(stage.run("drift", "--repair").status).toBe(0);
    expect(await stage.read("jackfield-prod")).toMatchObject({ a: { password: "canary-of-a" } });
    expect([...((await stage.live("jackfield-prod"))?.data.keys() ?? [])]).toEqual([
      "connections.json",
      "variables.json",
    ]);
    expect(stage.run("drift").status).toBe(0);
  });

  test(`${kind}: what was deleted is made again, what was made again is not taken for ours`, async () => {
    const stage = here();
    stage.applied();
    const live = await stage.live("jackfield-prod");
    if (!live) throw new Error("nothing was applied");
    await stage.cluster.remove(stage.namespace, "jackfield-prod", live.seen);
    expect(stage.run("plan").plan.summary).toEqual({ create: 1 });
    await stage.poke.make("jackfield-prod", { a: "theirs" });
    expect(stage.run("apply")).toMatchObject({ status: 5, reason: "conflict", codes: ["JF618"] });
    expect((await stage.live("jackfield-prod"))?.data.get("a")?.reveal()).toBe("theirs");
  });

  test(`${kind}: sealed anew, the values stay, and the record alone is written`, async () => {
    const stage = here();
    stage.applied();
    expect(stage.estate.jackfield("secrets", "rotate", "--all").status).toBe(0);
    stage.estate.commit("rotated");
    const { out } = stage.estate.plan();
    expect(out).toContain("re-encrypted only");
    const before = (await stage.live("jackfield-prod"))?.data.get("connections.json")?.reveal();
    stage.applied();
    expect((await stage.live("jackfield-prod"))?.data.get("connections.json")?.reveal()).toBe(before);
    expect(stage.run("plan", "--exit-code").status).toBe(0);
  });

  test(`${kind}: another policy is noted, once`, async () => {
    const stage = here();
    stage.applied();
    stage.estate.change({ "jackfield.yaml": stage.policy({ prune: "50%" }) });
    expect(stage.run("plan").plan.summary).toEqual({ record: 1 });
    stage.applied();
    expect(stage.run("plan").plan.summary).toEqual({ keep: 1 });
  });
}

function foreignTests(kind: string, here: Here): void {
  test(`${kind}: a Secret of somebody else is left alone, until it is adopted`, async () => {
    const stage = here();
    await stage.poke.make("jackfield-prod", { "connections.json": "{}", theirs: "1" });
    await stage.poke.make("other", { theirs: "2" });
    const state = await stage.state();
    expect(stage.run("plan")).toMatchObject({ status: 1, codes: ["JF618"] });
    expect(stage.run("apply")).toMatchObject({ status: 5, reason: "conflict", outcomes: [] });
    expect(await stage.state()).toEqual(state);
    expect(stage.run("adopt", `${stage.namespace}/nothing`)).toMatchObject({ status: 2, codes: ["JF622"] });
    expect(stage.run("adopt", `${stage.namespace}/jackfield-prod`)).toMatchObject({
      status: 0,
      outcomes: ["adopt jackfield-prod: done"],
    });
    expect(await stage.ids()).toEqual(["a", "b", "c", "d"]);
    expect([...((await stage.live("jackfield-prod"))?.data.keys() ?? [])]).toEqual([
      "connections.json",
      "variables.json",
    ]);
    expect((await stage.live("other"))?.data.get("theirs")?.reveal()).toBe("2");
    expect(stage.run("drift").status).toBe(0);
  });

  test(`${kind}: the Secret of another Deployment is not taken over`, async () => {
    const stage = here();
    stage.applied();
    await stage.ground.label(stage.estate, stage.namespace, "jackfield-prod", {
      "jackfield.dev/owner": "0".repeat(40),
    });
    const state = await stage.state();
    for (const [command, ...args] of [["apply"], ["adopt", `${stage.namespace}/jackfield-prod`]] as const) {
      expect(stage.run(command, ...args)).toMatchObject({ status: 5, reason: "conflict" });
    }
    expect(await stage.state()).toEqual(state);
  });

  test(`${kind}: what another Workspace has for a Deployment of the same name is not removed`, async () => {
    const stage = here();
    stage.estate.change({ "jackfield.yaml": stage.policy({ delivery: "kubernetes" }) });
    await stage.poke.make("jackfield-prod-theirs", { value: "1" });
    const labels = { "jackfield.dev/deployment": "prod", "jackfield.dev/owner": "0".repeat(40) };
    await stage.ground.label(stage.estate, stage.namespace, "jackfield-prod-theirs", labels);
    stage.applied();
    expect((await stage.live("jackfield-prod-theirs"))?.data.get("value")?.reveal()).toBe("1");
  });

  test(`${kind}: a Secret with the id of a connection of ours is told, and neither is written`, async () => {
    const stage = here();
    stage.estate.change({ "jackfield.yaml": stage.policy({ delivery: "kubernetes" }) });
    await stage.poke.make("theirs", { value: "{}" });
    await stage.ground.label(stage.estate, stage.namespace, "theirs", {
      "airflow.apache.org/connection-id": "b",
    });
    const { status, codes, reason, outcomes } = stage.run("apply");
    expect([status, codes, reason]).toEqual([6, ["JF618"], "conflict"]);
    expect(outcomes).toHaveLength(3);
    expect((await stage.live("theirs"))?.data.get("value")?.reveal()).toBe("{}");
  });

  test(`${kind}: copies of values that other tools left are taken away`, async () => {
    const stage = here();
    stage.applied();
    const residue = "kubectl.kubernetes.io/last-applied-configuration";
    await stage.poke.annotate("jackfield-prod", residue, '{"data": "canary-of-a"}');
    const { status, out } = stage.estate.jackfield("drift");
    expect([status, out.includes(residue), out.includes("canary")]).toEqual([4, true, false]);
    stage.applied();
    expect((await stage.live("jackfield-prod"))?.annotations.has(residue)).toBe(false);
  });
}

function placeTests(kind: string, here: Here): void {
  test(`${kind}: a Deployment that moved is written there, and then removed here`, async () => {
    const stage = here();
    stage.applied();
    const elsewhere = await stage.ground.namespace();
    stage.estate.change({ "jackfield.yaml": stage.policy({ namespace: elsewhere }) });
    expect(stage.run("plan").plan.summary).toEqual({ create: 1, delete: 1 });
    stage.applied();
    expect(await stage.state()).toEqual([]);
    expect(
      Object.keys((await stage.read("jackfield-prod", "connections.json", elsewhere)) ?? {}),
    ).toHaveLength(4);
    expect(stage.run("plan", "--exit-code").status).toBe(0);
  });

  test(`${kind}: another name of its Secret, and another name of its own`, async () => {
    const stage = here();
    stage.applied();
    stage.estate.change({ "jackfield.yaml": stage.policy({ more: "  secretName: elsewhere\n" }) });
    stage.applied();
    expect((await stage.cluster.list(stage.namespace)).map(({ name }) => name)).toEqual(["elsewhere"]);
    const renamed = stage
      .policy({ more: "  secretName: elsewhere\n  renamedFrom: prod\n" })
      .replace("metadata: {name: prod}", "metadata: {name: production}");
    stage.estate.change({ "jackfield.yaml": renamed });
    expect(stage.run("plan").plan.summary).toEqual({ update: 1 });
    stage.applied();
    expect(stage.run("drift").status).toBe(0);
  });

  test(`${kind}: a Deployment that is gone is removed, if that is meant`, async () => {
    const stage = here();
    stage.applied();
    await stage.poke.make("theirs", { a: "1" });
    const policy = stage.policy();
    stage.estate.change({ "jackfield.yaml": policy.slice(0, policy.indexOf("---")) });
    expect(stage.run("apply")).toMatchObject({
      status: 5,
      reason: "nothing-left",
      codes: expect.arrayContaining(["JF611"]),
    });
    expect(await stage.ids()).toHaveLength(4);
    const result = stage.run("apply", "--allow-prune", "4");
    expect([result.status, result.outcomes]).toEqual([0, ["delete jackfield-prod: done"]]);
    expect((await stage.cluster.list(stage.namespace)).map(({ name }) => name)).toEqual(["theirs"]);
  });
}

function railTests(kind: string, here: Here): void {
  const gone = (...ids: readonly string[]) =>
    Object.fromEntries(
      ids.flatMap((id) => [
        [`connections/${id}.yaml`, undefined],
        [`connections/${id}.production.sops.yaml`, undefined],
      ]),
    );

  test(`${kind}: more than the budget is lost by a word only`, async () => {
    const stage = here();
    stage.applied();
    stage.estate.change({ ...gone("a", "b"), "jackfield.yaml": stage.policy({ prune: "1%" }) });
    stage.applied();
    stage.estate.change({ ...gone("c"), "jackfield.yaml": stage.policy({ prune: "0%" }) });
    stage.applied();
    expect(await stage.ids()).toEqual(["d"]);
    stage.estate.change(gone("d"));
    expect(stage.run("apply", "--allow-prune", "0")).toMatchObject({ status: 5, reason: "nothing-left" });
    expect(stage.run("plan").codes).toEqual(["JF611"]);
    stage.applied("--allow-prune", "1");
    expect(await stage.ids()).toEqual([]);
  });

  test(`${kind}: a protected object stays, and a paused Deployment is left alone`, async () => {
    const stage = here();
    const text = connectionText("a").replace("port: 5432", "port: 5432, protect: true");
    stage.estate.change({ "connections/a.yaml": text });
    stage.applied();
    stage.estate.change({
      "connections/a.yaml": text.replace("protect: true", "protect: true, exclude: [prod]"),
    });
    expect(stage.run("apply", "--allow-prune", "9")).toMatchObject({ status: 5, reason: "protected-object" });
    stage.estate.change({ "jackfield.yaml": stage.policy({ more: "  paused: INC-42\n" }) });
    const state = await stage.state();
    expect(stage.run("apply")).toMatchObject({ status: 0, outcomes: [] });
    expect(await stage.state()).toEqual(state);
  });

  test(`${kind}: a protected environment wants a reviewed plan, or a word`, async () => {
    const stage = here();
    stage.estate.change({ "jackfield.yaml": stage.policy({ protected: true }) });
    expect(stage.run("apply")).toMatchObject({
      status: 5,
      reason: "protected-environment",
      codes: ["JF613"],
    });
    expect(await stage.state()).toEqual([]);
    stage.applied("--plan-id", stage.run("plan").plan.id);
    stage.estate.change({ "connections/a.yaml": connectionText("a", "db2.example.com") });
    stage.applied("--yes");
    stage.estate.change({ "connections/a.yaml": connectionText("a", "db3.example.com") });
    stage.applied("--break-glass", "INC-43");
    expect((await stage.live("jackfield-prod"))?.annotations.get("jackfield.dev/record")?.reveal()).toContain(
      '"breakGlass":"INC-43"',
    );
  });
}
