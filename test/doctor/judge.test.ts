import { expect, test } from "vitest";
import { type Diagnostic, diagnostic } from "../../src/core/diagnostic.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { judgeClone, judgeEnvironment, judgeFiles, judgeSources } from "../../src/doctor/here.ts";
import {
  judgeDirectory,
  judgeNamespace,
  judgeSizes,
  judgeUid,
  judgeVersion,
} from "../../src/doctor/places.ts";
import { judgeRights, type Needy, rightsIn, roleFor } from "../../src/doctor/rights.ts";
import { MAX_STORED, MAX_VALUES } from "../../src/emit/sizes.ts";
import { doctorText } from "../../src/render/doctor-text.ts";

const codeOf = ({ level, diagnostic: one }: Finding) => one?.code ?? level;
const UID = "0b6f2d0e-8f1c-4a0b-9a57-5b8d1f3f6a11";

test("files: what is wrong is counted", () => {
  const [error, warning]: readonly Diagnostic[] = [
    diagnostic("JF671", undefined, {}),
    diagnostic("JF672", undefined, {}),
  ];
  expect(judgeFiles(1, 2, [])).toMatchObject({
    level: "ok",
    message: expect.stringContaining("2 Deployments"),
  });
  expect(judgeFiles(1, 2, [error as Diagnostic])).toMatchObject({ level: "warning" });
  const worst = diagnostic("JF705", undefined, { cluster: "a", reason: "b" });
  expect(judgeFiles(1, 2, [warning as Diagnostic, worst])).toMatchObject({
    level: "error",
    message: expect.stringContaining("1 error and 1 warning"),
  });
});

test("sources of keys: where was looked, and what keeps one from giving any", () => {
  const problem = diagnostic("JF342", undefined, { source: "`A`", reason: "EACCES" });
  const found = judgeSources({ identities: [], looked: ["`A`", "`B`"], problems: [problem] });
  expect(found.map(codeOf)).toEqual(["skipped", "JF342"]);
  expect(found[0]?.message).toBe("looked in `A`, `B`: no age key");
});

const KEYS = {
  workspace: "w",
  environment: "production",
  recipients: [{ kind: "age", id: "age1x" }],
  sealed: 3,
  closed: 0,
};

test.each([
  ["nothing is sealed", { ...KEYS, sealed: 0 }, "ok"],
  ["all opens", KEYS, "ok"],
  ["some does not", { ...KEYS, closed: 2 }, "JF670"],
])("environment: %s", (_, keys, code) => {
  const finding = judgeEnvironment(keys);
  expect(codeOf(finding)).toBe(code);
  if (code === "JF670") {
    expect(finding.message).toContain("2 of 3 Deployments of environment `production`");
    expect(finding.hint).toContain("`age1x`");
  }
});

const CLONE = { head: "a".repeat(40), defaultBranch: "main", isShallow: false, isModified: false };

test.each([
  ["all is well", CLONE, ["ok", "ok", "ok"]],
  ["no commit", { ...CLONE, head: undefined }, ["JF671"]],
  ["shallow", { ...CLONE, isShallow: true }, ["JF600", "ok", "ok"]],
  ["no default branch", { ...CLONE, defaultBranch: undefined }, ["ok", "JF672", "ok"]],
  ["modified", { ...CLONE, isModified: true }, ["ok", "ok", "JF673"]],
])("clone: %s", (_, clone, codes) => {
  expect(judgeClone(clone).map(codeOf)).toEqual(codes);
});

test.each([
  [{ major: 1, minor: 36 }, "ok"],
  [{ major: 1, minor: 20 }, "ok"],
  [{ major: 1, minor: 19 }, "JF675"],
  [{ major: 2, minor: 0 }, "ok"],
  [{ major: 0, minor: 99 }, "JF675"],
])("version %o: %s", (version, code) => {
  expect(codeOf(judgeVersion("c", "main", version))).toBe(code);
});

test("uid: declared and the same, another, and not declared", () => {
  expect(codeOf(judgeUid("c", "main", UID, UID))).toBe("ok");
  expect(judgeUid("c", "main", "other", UID)).toMatchObject({
    level: "error",
    hint: expect.stringContaining(UID),
  });
  const none = judgeUid("c", "main", undefined, UID);
  expect(codeOf(none)).toBe("JF674");
  expect(none.hint).toContain(`\`uid: ${UID}\``);
  expect(judgeUid("c", "main", undefined, "\u001b[2J").hint).not.toContain("\u001b");
});

test.each([
  ["there", "ok"],
  ["hidden", "skipped"],
  ["leaving", "JF708"],
  ["absent", "JF707"],
] as const)("namespace: %s", (state, code) => {
  expect(codeOf(judgeNamespace("d", { namespace: "a", cluster: "main" }, state))).toBe(code);
});

test.each([
  ["none is known", [], "skipped"],
  ["plenty of room", [{ name: "a", values: 10, stored: 20 }], "ok"],
  ["under the line", [{ name: "a", values: Math.floor(MAX_VALUES * 0.8999), stored: 0 }], "ok"],
  ["values", [{ name: "a", values: Math.ceil(MAX_VALUES * 0.9), stored: 0 }], "JF677"],
  ["keys", [{ name: "a", values: 0, stored: Math.ceil(MAX_STORED * 0.9) }], "JF677"],
])("size: %s", (_, secrets, code) => {
  expect(codeOf(judgeSizes("d", secrets))).toBe(code);
});

test("size: the fullest of several is told", () => {
  const secrets = [1, 3, 2].map((tenth) => ({
    name: `s-${tenth}`,
    values: (MAX_VALUES * tenth) / 10,
    stored: 0,
  }));
  expect(judgeSizes("d", secrets).message).toBe(
    `Secret \`s-3\`, the fullest of 3, uses 30 % of the ${MAX_VALUES} bytes for values`,
  );
});

const STATE = {
  exists: true,
  isWritable: true,
  isExposed: false,
  hasMode: true,
  hasGroup: true,
  wantedMode: "700",
};

test.each([
  ["all is well", STATE, ["ok", "ok"]],
  ["not there yet", { ...STATE, exists: false }, ["ok", "ok"]],
  ["not writable", { ...STATE, isWritable: false }, ["JF731", "ok"]],
  ["git sees it", { ...STATE, isExposed: true }, ["ok", "JF005"]],
  ["another mode", { ...STATE, hasMode: false }, ["ok", "ok", "JF684"]],
  ["another group", { ...STATE, hasGroup: false }, ["ok", "ok", "JF684"]],
])("directory: %s", (_, state, codes) => {
  expect(judgeDirectory("d", "a/b", state).map(codeOf)).toEqual(codes);
});

const FILE: Needy = { delivery: "file", namespace: "airflow", base: "base", secrets: ["base", "base-env"] };

test("rights: each of delivery file is for one name, those of delivery kubernetes for all Secrets", () => {
  const rights = rightsIn(roleFor(FILE).rules, "airflow");
  expect(rights).toHaveLength(2 * 4 + 3);
  expect(rights.every(({ name, namespace }) => name !== undefined && namespace === "airflow")).toBe(true);
  expect(rights.some(({ verb }) => verb === "list")).toBe(false);
  const wide = rightsIn(roleFor({ ...FILE, delivery: "kubernetes" }).rules, "airflow");
  expect(wide.filter(({ resource }) => resource === "secrets").map(({ verb, name }) => [verb, name])).toEqual(
    ["get", "list", "create", "patch", "delete"].map((verb) => [verb, undefined]),
  );
});

test("rights: what is missing is told once for each object", () => {
  const rights = rightsIn(roleFor(FILE).rules, "airflow");
  expect(judgeRights("d", "prod", []).map(codeOf)).toEqual(["ok"]);
  expect(judgeRights("d", "prod", rights).map(({ message }) => message)).toEqual([
    "Deployment `prod`: we may not get, create, patch, delete Secret `base` in `airflow`",
    "Deployment `prod`: we may not get, create, patch, delete Secret `base-env` in `airflow`",
    "Deployment `prod`: we may not get, create, patch Lease `base` in `airflow`",
  ]);
});

test("rights: plan needs none to write", () => {
  const [right] = rightsIn(roleFor(FILE).rules, "airflow").filter(({ verb }) => verb === "patch");
  expect(judgeRights("d", "prod", right ? [right] : [])[0]?.hint).toMatch(/^plan goes without; /);
});

test("the text has all lines, what to do below them, and Roles as YAML", () => {
  const lines = [
    { about: "", area: "git", level: "ok", message: "fine" },
    { about: "cluster a", area: "server", level: "warning", message: "odd\u001b", hint: "look" },
    { about: "cluster a", area: "server", level: "error", message: "bad" },
  ] as const;
  expect(doctorText(lines, [{ cluster: "a", manifest: roleFor(FILE) }])).toMatchInlineSnapshot(`
    "this machine
      ok       git        fine

    cluster a
      warning  server     odd<U+001B>
                          look
      error    server     bad

    1 error, 1 warning

    # For cluster a; bind each to whoever runs Jackfield.
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata: {name: "base", namespace: "airflow"}
    rules:
      - {apiGroups: [""], resources: ["secrets"], resourceNames: ["base", "base-env"], verbs: ["get", "create", "patch", "delete"]}
      - {apiGroups: ["coordination.k8s.io"], resources: ["leases"], resourceNames: ["base"], verbs: ["get", "create", "patch"]}
    "
  `);
});
