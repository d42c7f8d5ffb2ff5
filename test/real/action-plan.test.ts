import { afterEach, expect, test } from "vitest";
import { makePullRepo, type PullRepo, payloadOf } from "../support/pull-repo.ts";
import { RECIPIENTS, sealed } from "../support/seal.ts";

// The built Action's `plan`, as a job runs it, on real repositories, against a GitHub that holds requests to what GitHub publishes.

let made: PullRepo;

afterEach(async () => {
  const { troubles } = made.github;
  await made.close();
  expect(troubles).toEqual([]);
});

const POLICY = `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: analytics, uid: 0b6f2d0e-8f1c-4a0b-9a57-5b8d1f3f6a11}
spec:
  environments:
    production: {protected: true, recipients: [${RECIPIENTS.prod}]}
    development: {recipients: [${RECIPIENTS.dev}]}
  clusters: {eu: {context: eu}}
  approvals:
    - {environment: production, users: [ada, bob]}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: prod}
spec: {environment: production, cluster: eu, namespace: airflow-prod}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: dev}
spec: {environment: development, cluster: eu, namespace: airflow-dev}
`;

const connection = (id: string, host: string, more = "sharing: all") => `apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: ${id}}
spec:
  type: postgres
  ${more}
  host: ${host}
`;

const credential = (name: string) =>
  sealed(`apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: warehouse
  for: {environment: production}
  secrets:
    login: ENC(login ${name})
    password: ENC(${name})
sops: [prod]
`);

const FILES = {
  "jackfield.yaml": POLICY,
  "warehouse.yaml": connection("warehouse", "db.example.com", "links: [{to: {environment: production}}]"),
  "warehouse.production.sops.yaml": credential("one"),
};

const DEV = {
  "dev.yaml": connection(
    "scratch",
    "dev.example.com",
    "links: [{to: {environment: development}}]\n  login: me\n  extra: {sslmode: require}\n  auth: none",
  ),
};

async function start(): Promise<void> {
  made = await makePullRepo(FILES);
}

function sticky(number: number): readonly string[] {
  return (made.github.state.comments.get(number) ?? []).map(({ body }) => body);
}

test("opened: a plan in the comment, the summary and the outputs; no key, no cluster", async () => {
  await start();
  const number = made.open({
    "warehouse.yaml": connection("warehouse", "db2.example.com", "links: [{to: {environment: production}}]"),
  });
  const done = await made.run(number);
  expect(done.outputs).toMatchObject({
    changed: "true",
    destructive: "false",
    update: "1",
    risk: "block",
    "failure-reason": "not-approved",
    "comment-id": "1",
  });
  expect(JSON.parse(done.outputs.targets ?? "")).toEqual(["analytics/prod"]);
  const [body = ""] = sticky(number);
  expect(body).toMatch(/^<!-- jackfield v1 repo=4711 pull=1 target=\. -->\n/);
  expect(body).toContain("new-destination");
  expect(body).toContain('`"db.example.com" → "db2.example.com"`');
  expect(done.summary).toContain("new-destination");
  expect(done.annotations.map(({ properties }) => properties.title)).toEqual(["JF745", "new-destination"]);
  expect(done.exit).toBe(5);
});

test("what reaches no environment with approvals is green", async () => {
  await start();
  const done = await made.run(made.open(DEV));
  expect(done.log).toContain("scratch");
  expect([done.exit, done.outputs.risk, done.outputs["failure-reason"]]).toEqual([0, "none", undefined]);
});

test("synchronize: one comment, edited; and not written again where it says the same", async () => {
  await start();
  const number = made.open(DEV);
  await made.run(number);
  await made.run(number);
  expect(
    made.github.asked.filter((id) => id.startsWith("issues/")).filter((id) => id !== "issues/list-comments"),
  ).toEqual(["issues/create-comment"]);
  made.push(number, { "dev.yaml": DEV["dev.yaml"].replace("dev.example", "dev2.example") });
  await made.run(number);
  expect(sticky(number)).toHaveLength(1);
  expect(sticky(number)[0]).toContain("dev2.example.com");
});

test("a pull request that changes nothing of ours gets no comment, but one that did keeps its own true", async () => {
  await start();
  const quiet = made.open({ "README.txt": "x" });
  const done = await made.run(quiet);
  expect([done.exit, sticky(quiet)]).toEqual([0, []]);
  expect(done.summary).toContain("nothing changes");
  const number = made.open(DEV);
  await made.run(number);
  made.push(number, { "dev.yaml": undefined });
  await made.run(number);
  expect(sticky(number)).toHaveLength(1);
  expect(sticky(number)[0]).toContain("nothing changes");
});

test("a run that is late does not write over what a later one told", async () => {
  await start();
  const number = made.open(DEV);
  const late = payloadOf(made.github.state.pulls.get(number) as never, "opened");
  made.push(number, { "other.txt": "x" });
  const done = await made.run(number, { payload: late });
  expect(done.exit).toBe(0);
  expect(sticky(number)).toEqual([]);
});

test("force-push: the comment tells of the commit that is there now", async () => {
  await start();
  const number = made.open(DEV);
  await made.run(number);
  const { repo } = made;
  repo.must("switch", "-q", `feature-${number}`);
  repo.must("reset", "-q", "--hard", "main");
  repo.must("switch", "-q", "main");
  made.push(number, { "other.yaml": DEV["dev.yaml"].replace("scratch", "another") });
  await made.run(number);
  expect(sticky(number)).toHaveLength(1);
  expect(sticky(number)[0]).toContain("another");
  expect(sticky(number)[0]).not.toContain("scratch");
});

test("two runs at once: one comment is left", async () => {
  await start();
  const number = made.open(DEV);
  const both = await Promise.all([made.run(number), made.run(number)]);
  expect(both.map(({ exit }) => exit)).toEqual([0, 0]);
  expect(sticky(number)).toHaveLength(1);
});

test("two runs that both find no comment: the older one's stays", async () => {
  await start();
  const number = made.open(DEV);
  const { state } = made.github;
  const marked = `<!-- jackfield v1 repo=4711 pull=${number} target=. -->\nof the other run`;
  made.github.meanwhile.push((id) => {
    if (id === "issues/create-comment" && !state.comments.has(number))
      state.comments.set(number, [{ id: 1, author: state.login, body: marked }]);
  });
  const done = await made.run(number);
  expect(done.outputs["comment-id"]).toBe("1");
  expect(sticky(number)).toEqual([marked]);
});

test("a rerun after the merge leaves the comment as it was reviewed", async () => {
  await start();
  const number = made.open(DEV);
  await made.run(number);
  const before = sticky(number);
  made.merge(number);
  expect((await made.run(number)).exit).toBe(0);
  expect(sticky(number)).toEqual(before);
});

test("GitHub finds the comment too long: a warning, and the plan all the same", async () => {
  await start();
  const number = made.open(DEV);
  made.github.faults.push({ id: "issues/create-comment", times: 1, status: 422 });
  const done = await made.run(number);
  expect(done.exit).toBe(0);
  expect(done.annotations.map(({ properties }) => properties.title)).toContain("JF763");
  expect(done.summary).toContain("scratch");
});

const REVIEWS = [
  ["approved by one of them", [["ada", "approved", "head"]], 0],
  ["login in other letters", [["ADA", "approved", "head"]], 0],
  ["by somebody else", [["eve", "approved", "head"]], 5],
  ["of an earlier commit", [["ada", "approved", "0".repeat(40)]], 5],
  [
    "taken back",
    [
      ["ada", "approved", "head"],
      ["ada", "changes-requested", "head"],
    ],
    5,
  ],
  ["dismissed", [["ada", "dismissed", "head"]], 5],
  [
    "a comment takes nothing back",
    [
      ["ada", "approved", "head"],
      ["ada", "commented", "head"],
    ],
    0,
  ],
  ["by its author", [["bob", "approved", "head"]], 5],
] as const;

test.each(REVIEWS)("approvals: %s", async (_, reviews, exit) => {
  await start();
  const change = {
    "warehouse.yaml": connection("warehouse", "db2.example.com", "links: [{to: {environment: production}}]"),
  };
  const number = made.open(change, { author: "bob" });
  const head = made.github.state.pulls.get(number)?.head.sha ?? "";
  const submitted = reviews.map(([user, state, commit]) => ({
    user,
    state,
    commit: commit === "head" ? head : commit,
  }));
  made.github.state.reviews.set(number, submitted);
  expect((await made.run(number, { event: "pull_request_review" })).exit).toBe(exit);
});

test("approvals: not by the last pusher, though not the author", async () => {
  await start();
  const number = made.open(DEV, { author: "carol" });
  made.push(
    number,
    {
      "warehouse.yaml": connection(
        "warehouse",
        "db2.example.com",
        "links: [{to: {environment: production}}]",
      ),
    },
    "ada",
  );
  const head = made.github.state.pulls.get(number)?.head.sha ?? "";
  made.github.state.reviews.set(number, [{ user: "ada", state: "approved", commit: head }]);
  expect((await made.run(number)).exit).toBe(5);
  made.github.state.reviews.set(number, [{ user: "bob", state: "approved", commit: head }]);
  expect((await made.run(number)).exit).toBe(0);
});

test("W3: a pull request that rewrites the policy wants the approval of the policy that it rewrites", async () => {
  await start();
  const widened = POLICY.replace("users: [ada, bob]", "users: [eve]");
  const number = made.open({ "jackfield.yaml": widened }, { author: "mallory" });
  const head = made.github.state.pulls.get(number)?.head.sha ?? "";
  made.github.state.reviews.set(number, [{ user: "eve", state: "approved", commit: head }]);
  const done = await made.run(number);
  expect(done.exit).toBe(5);
  expect(sticky(number)[0]).toContain("policy-changed");
  expect(done.annotations.some(({ message }) => message.includes("ada or bob"))).toBe(true);
});

test("F1: of a fork's pull request: annotations and summary, no comment, the same exit code", async () => {
  await start();
  const number = made.open(DEV, { head: { repo: 9999, branch: "feature-1", sha: "" } });
  const done = await made.run(number);
  expect(done.exit).toBe(0);
  expect(done.summary).toContain("scratch");
  expect(made.github.asked.filter((id) => id.includes("comment"))).toEqual([]);
});

test("a deleted fork is a fork", async () => {
  await start();
  const number = made.open(DEV, { head: { repo: undefined, branch: "feature-1", sha: "" } });
  expect((await made.run(number)).exit).toBe(0);
  expect(sticky(number)).toEqual([]);
});

test("errors are annotated on their lines, and the comment says that there is no plan", async () => {
  await start();
  const number = made.open({
    "bad.yaml": "apiVersion: jackfield.dev/v1\nkind: Connection\nmetadata: {name: bad}\nspec: {typ: http}\n",
  });
  const done = await made.run(number);
  expect(done.exit).toBe(1);
  expect(done.annotations[0]?.properties).toMatchObject({ file: "bad.yaml", line: "4" });
  expect(done.outputs).toEqual({ "failure-reason": "invalid", "comment-id": "1" });
  expect(sticky(number)[0]).toContain("There is no plan");
  expect(sticky(number)[0]).not.toContain("nothing changes");
});

test("more errors than GitHub keeps: the last one kept says how many more there are", async () => {
  await start();
  const many = Array.from(
    { length: 25 },
    (_, n) =>
      `apiVersion: jackfield.dev/v1\nkind: Connection\nmetadata: {name: bad${n}}\nspec: {typ: http}\n`,
  ).join("---\n");
  const done = await made.run(made.open({ "bad.yaml": many }));
  expect(done.dropped).toBe(0);
  expect(done.annotations.filter(({ level }) => level === "error")).toHaveLength(10);
  expect(done.annotations.some(({ message }) => /^and \d+ more: see the log$/.test(message))).toBe(true);
});

test("a comment by another author with our marker is not ours, and left alone", async () => {
  await start();
  const number = made.open(DEV);
  const planted = "<!-- jackfield v1 repo=4711 pull=1 target=. -->\nnothing changes";
  made.github.state.comments.set(number, [
    ...Array.from({ length: 120 }, (_, n) => ({ id: n + 1, author: "chatty", body: "words" })),
    { id: 121, author: "mallory", body: planted },
  ]);
  const done = await made.run(number);
  const comments = made.github.state.comments.get(number) ?? [];
  expect(comments.find(({ id }) => id === 121)?.body).toBe(planted);
  expect(comments.at(-1)).toMatchObject({ id: 122, author: "github-actions[bot]" });
  expect(done.outputs["comment-id"]).toBe("122");
  await made.run(number);
  expect(made.github.state.comments.get(number)).toHaveLength(122);
});

test("a token that may not write comments: a warning, and the plan all the same", async () => {
  await start();
  made.github.state.isReadOnly = true;
  const done = await made.run(made.open(DEV));
  expect(done.exit).toBe(0);
  expect(done.annotations.map(({ properties }) => properties.title)).toContain("JF763");
  expect(done.summary).toContain("scratch");
});

test("G1: where GitHub does not tell of approvals, nothing is green", async () => {
  await start();
  made.github.faults.push({ id: "pulls/list-reviews", times: 99, status: 404 });
  const number = made.open({
    "warehouse.yaml": connection("warehouse", "db2.example.com", "links: [{to: {environment: production}}]"),
  });
  const done = await made.run(number);
  expect(done.exit).toBe(3);
  expect(done.log).not.toContain("CANARY");
  expect(done.outputs["failure-reason"]).toBe("environment");
});

test("G2: a server that fails once, and a limit, are waited for", async () => {
  await start();
  made.github.faults.push({ id: "pulls/get", times: 1, status: 502 });
  made.github.faults.push({
    id: "issues/list-comments",
    times: 1,
    status: 429,
    headers: { "retry-after": "1" },
  });
  const number = made.open(DEV);
  expect((await made.run(number)).exit).toBe(0);
  expect(sticky(number)).toHaveLength(1);
});

test("merge queue: the group is planned, nobody is commented to", async () => {
  await start();
  const number = made.open(DEV);
  const { head } = made.github.state.pulls.get(number) ?? { head: { sha: "" } };
  const base = made.repo.must("rev-parse", "main").trim();
  const payload = {
    action: "checks_requested",
    merge_group: { base_sha: base, head_sha: head.sha, base_ref: "refs/heads/main" },
    repository: { id: 4711, default_branch: "main" },
  };
  const done = await made.run(number, { event: "merge_group", payload });
  expect([done.exit, done.outputs.changed]).toEqual([0, "true"]);
  expect(made.github.asked).toEqual([]);
});

test("F4: names from the head are text in every place", async () => {
  await start();
  const odd = "x\n::error::pwned ##[error]pwned @octocat <img src=x>.yaml";
  const number = made.open({
    [odd]:
      "apiVersion: jackfield.dev/v1\nkind: Connection\nmetadata: {name: '::set-output name=x::y'}\nspec: {typ: http}\n",
  });
  const done = await made.run(number);
  expect(done.exit).toBe(1);
  expect(done.annotations.filter(({ message }) => message.startsWith("pwned"))).toEqual([]);
  expect(sticky(number)[0]?.replaceAll(/`[^`\n]*`/g, "")).not.toMatch(/@octocat|<img/);
});

test("U5: a plan asks nobody but GitHub, and takes no key", async () => {
  await start();
  const number = made.open(DEV);
  const done = await made.run(number, {
    env: { SOPS_AGE_KEY: "AGE-SECRET-KEY-1CANARY", KUBECONFIG: "/nowhere" },
  });
  expect(done.exit).toBe(0);
  expect(done.log).not.toContain("CANARY");
});

test("a clone without the past, and an event that is none of ours", async () => {
  await start();
  const number = made.open(DEV);
  made.repo.must("update-ref", "-d", "refs/remotes/origin/main");
  const lacking = await made.run(number);
  expect([lacking.exit, lacking.annotations[0]?.properties.title]).toEqual([3, "JF762"]);
  const wrong = await made.run(number, {
    event: "issues",
    payload: { repository: { id: 4711, default_branch: "main" } },
  });
  expect([wrong.exit, wrong.annotations[0]?.properties.title]).toEqual([2, "JF764"]);
});

test("wrong inputs are told in words", async () => {
  await start();
  const number = made.open(DEV);
  const command = await made.run(number, { inputs: { command: "plna" } });
  expect([command.exit, command.annotations[0]?.message]).toEqual([
    2,
    "input `command` must be `plan`, `apply`, `drift`, `preview`, `gc`",
  ]);
  const strict = await made.run(number, { inputs: { command: "plan", strict: "yes" } });
  expect(strict.annotations[0]?.message).toBe("input `strict` must be `true` or `false`");
});
