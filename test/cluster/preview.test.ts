import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { must, startCluster, type TestCluster, waitFor } from "../support/kube.ts";
import { PREVIEW_KEY, previewEstate } from "../support/preview-estate.ts";
import { makeRepo, type Repo } from "../support/repo.ts";

// `jackfield preview` on a real API server, with the controller that ends namespaces. On a folder: test/real/preview.test.ts.

let server: TestCluster;
let repo: Repo;

beforeAll(async () => {
  server = await startCluster({ controllers: true });
});

afterAll(() => server.stop());

afterEach(() => repo.remove());

async function start(): Promise<void> {
  repo = makeRepo();
  repo.env.SOPS_AGE_KEY = PREVIEW_KEY;
  repo.env.KUBECONFIG = server.kubeconfig();
  const shape = { cluster: `{context: test, uid: ${await server.uid()}}` };
  for (const [path, text] of Object.entries(previewEstate(shape))) repo.write(path, text);
  repo.commit("start");
}

const preview = (...args: readonly string[]) => repo.jackfield("preview", ...args);
const namespaceOf = (name: string) => server.ask("GET", `/api/v1/namespaces/${name}`);

test("made, marked as ours, brought up to date, and gone with all it holds", async () => {
  await start();
  expect(preview("up", "dev", "--number", "21")).toMatchObject({
    status: 0,
    out: expect.stringContaining("created"),
  });
  const { body } = must(await namespaceOf("airflow-pr-21"));
  const { labels, annotations } = body.metadata as {
    labels: Record<string, string>;
    annotations: Record<string, string>;
  };
  expect(labels["jackfield.dev/deployment"]).toBe("dev-pr-21");
  expect(JSON.parse(annotations["jackfield.dev/preview"] ?? "")).toMatchObject({
    base: "dev",
    repo: "local",
  });
  const secret = must(await server.ask("GET", "/api/v1/namespaces/airflow-pr-21/secrets/jackfield-dev"));
  const data = (secret.body.data as Record<string, string>)["connections.json"] ?? "";
  expect(JSON.parse(Buffer.from(data, "base64").toString())).toMatchObject({
    warehouse: { schema: "pr_21", password: "canary-of-dev" },
  });
  expect(preview("up", "dev", "--number", "21").out).toContain("updated");
  expect(preview("list").out).toContain("dev-pr-21");
  expect(preview("down", "dev", "--number", "21").out).toContain("deleted");
  await waitFor(async () => (await namespaceOf("airflow-pr-21")).status === 404);
  expect(preview("down", "dev", "--number", "21").out).toContain("absent");
});

test("a namespace that is there is not taken over", async () => {
  await start();
  await server.namespace("airflow-pr-22");
  expect(preview("up", "dev", "--number", "22")).toMatchObject({
    status: 5,
    err: expect.stringContaining("JF786"),
  });
  expect(preview("down", "dev", "--number", "22")).toMatchObject({ status: 5 });
  expect((await namespaceOf("airflow-pr-22")).status).toBe(200);
});

test("a namespace that is still being deleted", async () => {
  await start();
  preview("up", "dev", "--number", "23");
  const path = "/api/v1/namespaces/airflow-pr-23/configmaps";
  must(await server.ask("POST", path, { metadata: { name: "holds", finalizers: ["example.com/holds"] } }));
  expect(preview("down", "dev", "--number", "23").out).toContain("deleted");
  expect(preview("up", "dev", "--number", "23")).toMatchObject({
    status: 5,
    err: expect.stringContaining("JF787"),
  });
  must(
    await server.ask(
      "PATCH",
      `${path}/holds`,
      { metadata: { finalizers: null } },
      { type: "application/merge-patch+json" },
    ),
  );
  await waitFor(async () => (await namespaceOf("airflow-pr-23")).status === 404);
});

test("whoever may not make namespaces is told what is missing, and nothing is there", async () => {
  await start();
  repo.env.KUBECONFIG = server.kubeconfig("nobody");
  const ran = preview("up", "dev", "--number", "24");
  expect(ran.status).not.toBe(0);
  expect(ran.out + ran.err).not.toContain("canary-of");
  expect((await namespaceOf("airflow-pr-24")).status).toBe(404);
});
