import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCluster, type TestCluster, waitFor } from "../support/kube.ts";
import { connectionYaml, OWN_SCHEMA, PREVIEW_KEY, previewEstate } from "../support/preview-estate.ts";
import { makePullRepo, payloadOf } from "../support/pull-repo.ts";
import { keyText } from "../support/sealed-files.ts";

// The built Action on a real API server, which it knows from its `kubeconfig` input alone: previews, their end by gc, and apply. On folders:
// test/real/action-*.test.ts.

let server: TestCluster;

beforeAll(async () => {
  server = await startCluster({ controllers: true });
  for (const name of ["airflow-dev", "airflow-prod"]) await server.namespace(name);
});

afterAll(() => server.stop());

const connectionsIn = async (namespace: string, secret: string) => {
  const { status, body } = await server.ask("GET", `/api/v1/namespaces/${namespace}/secrets/${secret}`);
  if (status !== 200) return undefined;
  const data = (body.data as Record<string, string>)["connections.json"] ?? "";
  return JSON.parse(Buffer.from(data, "base64").toString()) as Record<string, Record<string, string>>;
};

test("a preview comes and goes, gc takes what was closed without a word, and a merge is applied", async () => {
  const made = await makePullRepo(previewEstate({ cluster: `{context: test, uid: ${await server.uid()}}` }));
  try {
    const kubeconfig = readFileSync(server.kubeconfig(), "utf8");
    const change = { "warehouse.yaml": connectionYaml("warehouse", "pr.dev.example.com", OWN_SCHEMA) };
    const number = made.open(change);
    const preview = (action: string) => {
      const pull = made.github.state.pulls.get(number);
      if (!pull) throw new Error("no such pull request");
      const inputs = { command: "preview", "age-key": PREVIEW_KEY, kubeconfig };
      return made.run(number, { payload: payloadOf(pull, action), inputs });
    };
    const close = (isOpen: boolean) => {
      const pull = made.github.state.pulls.get(number);
      if (pull) made.github.state.pulls.set(number, { ...pull, isOpen });
    };
    const isGone = () =>
      waitFor(
        async () => (await server.ask("GET", `/api/v1/namespaces/airflow-pr-${number}`)).status === 404,
      );

    const opened = await preview("opened");
    expect([opened.log, opened.exit]).toEqual([expect.stringContaining("created"), 0]);
    expect((await connectionsIn(`airflow-pr-${number}`, "jackfield-dev"))?.warehouse).toMatchObject({
      host: "pr.dev.example.com",
      schema: `pr_${number}`,
      password: "canary-of-dev",
    });
    close(false);
    expect((await preview("closed")).outputs["preview-operation"]).toBe("deleted");
    await isGone();

    close(true);
    expect((await preview("reopened")).outputs["preview-operation"]).toBe("created");
    // A conflict closes it without an event.
    close(false);
    const swept = await made.apply({ event: "schedule", inputs: { command: "gc", kubeconfig } });
    expect([swept.exit, swept.log]).toEqual([0, expect.stringContaining("its pull request is closed")]);
    await isGone();

    close(true);
    made.merge(number);
    const keys = [PREVIEW_KEY, keyText("two")].join("\n");
    const inputs = { command: "apply", "age-key": keys, kubeconfig };
    const applied = await made.apply({ inputs });
    expect([applied.log, applied.exit]).toEqual([expect.stringContaining("2 written"), 0]);
    expect((await connectionsIn("airflow-dev", "jackfield-dev"))?.warehouse?.host).toBe("pr.dev.example.com");
    expect(await connectionsIn("airflow-prod", "jackfield-prod")).toBeDefined();
    expect((await made.apply({ event: "schedule", inputs: { ...inputs, command: "drift" } })).exit).toBe(0);
    for (const done of [opened, swept, applied])
      expect(done.log + done.summary).not.toMatch(/canary-of|BEGIN/);
    expect(made.github.troubles).toEqual([]);
  } finally {
    await made.close();
  }
});
