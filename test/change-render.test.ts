import fc from "fast-check";
import { expect, test } from "vitest";
import { diagnostic } from "../src/core/diagnostic.ts";
import type { Approval } from "../src/model/approval.ts";
import type { Change, DeploymentDifference, ObjectDifference, Risk } from "../src/model/change.ts";
import { changeJson } from "../src/render/change-json.ts";
import { BUDGET, changeMarkdown } from "../src/render/change-markdown.ts";
import { changeText } from "../src/render/change-text.ts";
import { sarif } from "../src/render/sarif.ts";

const file = { path: "a b/ü.yaml", text: "kind: Connection\nmetadata: {name: db}\n" };
const at = { file, start: 27, end: 31 };

const DB: ObjectDifference = {
  kind: "Connection",
  id: "db",
  action: "change",
  at,
  fields: [
    {
      path: "host",
      action: "change",
      word: "changed",
      isSealed: false,
      shown: { from: '"a"', to: '"b"' },
      at,
      by: "link, deployments prod",
      token: "TOKEN",
    },
    { path: "login", action: "set", word: "changed", isSealed: false, shown: { to: '"etl"' } },
    { path: "password", action: "change", word: "ciphertext changed", isSealed: true, token: "TOKEN" },
    { path: "port", action: "unset", word: "changed", isSealed: false, shown: { from: "1" } },
    { path: "schema", action: "change", word: "changed", isSealed: false },
  ],
};

function deployment(name: string, more: Partial<DeploymentDifference> = {}): DeploymentDifference {
  return {
    workspace: "analytics",
    identity: "uid",
    deployment: name,
    environment: "production",
    protected: true,
    action: "change",
    place: [],
    had: 3,
    gets: 3,
    objects: [DB],
    ...more,
  };
}

const RISK: Risk = {
  kind: "new-destination",
  workspace: "analytics",
  environments: ["production"],
  deployments: ["prod"],
  protected: true,
  object: { kind: "Connection", id: "db" },
  message: "Connection `db`: its credential is sent to a new destination: `host` is new",
  at,
};

function changeOf(deployments: readonly DeploymentDifference[], more: Partial<Change> = {}): Change {
  return {
    id: "0123456789abcdef0123456789abcdef",
    tool: "0.1.0",
    base: { commit: "1".repeat(40), tree: "2".repeat(40) },
    head: { tree: "3".repeat(40) },
    deployments,
    policy: [],
    risks: [],
    touches: [],
    compared: 7,
    ...more,
  };
}

const RICH = changeOf(
  [
    deployment("prod"),
    deployment("prod2"),
    deployment("dev", {
      environment: "development",
      protected: false,
      place: [{ path: "namespace", from: "a", to: "b" }],
      objects: [
        {
          kind: "Variable",
          id: "v",
          action: "add",
          fields: [{ path: "value", action: "set", word: "changed", isSealed: false }],
        },
      ],
    }),
    deployment("old", {
      action: "remove",
      objects: [{ kind: "Connection", id: "db", action: "remove", fields: [] }],
    }),
  ],
  {
    risks: [
      RISK,
      { ...RISK, kind: "removed", protected: false, deployments: [], message: "Deployment `old` is gone" },
    ],
    policy: [
      {
        workspace: "analytics",
        subject: "Workspace",
        action: "change",
        path: "prune.max",
        from: "3",
        to: "50",
        environments: ["production"],
      },
      { workspace: "analytics", subject: "Deployment old", action: "remove", environments: ["production"] },
    ],
  },
);

const APPROVALS: readonly Approval[] = [
  {
    workspace: "analytics",
    environment: "production",
    policy: "default branch",
    count: 2,
    of: ["ada", "team data"],
    by: ["ada"],
  },
  {
    workspace: "analytics",
    environment: "production",
    policy: "applied",
    count: 1,
    of: ["ada"],
    by: ["ada"],
  },
];

test("as text", () => {
  expect(changeText(RICH)).toMatchSnapshot();
});

test("as Markdown", () => {
  expect(changeMarkdown(RICH, { approvals: APPROVALS })).toMatchSnapshot();
});

test("as JSON: with places, and without tokens", () => {
  const json = JSON.stringify(changeJson(RICH));
  expect(json).not.toContain("TOKEN");
  expect(JSON.parse(json)).toMatchObject({
    changeId: RICH.id,
    counts: { add: 1, change: 2, remove: 1 },
    risks: [{ kind: "new-destination", file: "a b/ü.yaml", line: 2 }, { kind: "removed" }],
  });
});

test("nothing changes: it says in how many Deployments", () => {
  expect(changeText(changeOf([]))).toBe(
    "change 0123456789abcdef0123456789abcdef: nothing changes in 7 Deployments\n",
  );
  expect(changeMarkdown(changeOf([]))).toContain("**nothing changes in 7 Deployments**");
});

test("risks alone are not nothing", () => {
  expect(changeText(changeOf([], { risks: [RISK] }))).not.toContain("nothing changes");
});

function many(count: number, distinct: boolean): Change {
  return changeOf(
    Array.from({ length: count }, (_, n) =>
      deployment(`d${n}`, distinct ? { objects: [{ ...DB, id: `db${n}` }] } : {}),
    ),
    { risks: [RISK] },
  );
}

test("what the same happens to is told once", () => {
  const text = changeMarkdown(many(400, false));
  expect(Buffer.byteLength(text)).toBeLessThan(8_000);
  expect(text).not.toContain("not all of it");
});

test("what does not fit is counted and named, and the first line says so", () => {
  const text = changeMarkdown(many(500, true));
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(BUDGET);
  expect(text.split("\n")[0]).toContain("not all of it is shown here");
  const hidden = Number(/\*\*(\d+) Deployments not shown in full:\*\*/.exec(text)?.[1]);
  const shown = text.split("<details").length - 1;
  expect(hidden + shown).toBe(500);
});

test("not even the risks fit: that is told, and nothing is hushed up", () => {
  const risks = Array.from({ length: 2_000 }, (_, n) => ({
    ...RISK,
    message: `Connection \`c${n}\` ${"x".repeat(60)}`,
  }));
  const text = changeMarkdown(changeOf([deployment("prod")], { risks }));
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(BUDGET);
  expect(text).toMatch(/\d+ more risks and differences of policy do not fit/);
  expect(text).toContain("**1 Deployment not shown in full:**");
});

const NASTY = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "`",
    "``",
    "|",
    "\n::error::x",
    "##[error]x",
    "<img src=x>",
    "@octocat",
    "#1",
    "<!-- -->",
    "\u202e",
    "a\u200bb",
    "[x](http://y)",
    "![](http://y)",
    "&lt;",
    "\\`",
  ),
);

test("nasty names stay text: one row is one row, nobody is mentioned, nothing is commanded", () => {
  fc.assert(
    fc.property(NASTY, NASTY, NASTY, (name, id, value) => {
      const shown = { from: JSON.stringify(value), to: JSON.stringify(name) };
      const one = deployment(name, {
        objects: [
          {
            ...DB,
            id,
            fields: [{ path: "host", action: "change", word: "changed", isSealed: false, shown }],
          },
        ],
      });
      const risks = [{ ...RISK, message: `Connection \`${id}\`: odd`, deployments: [name] }];
      const text = changeMarkdown(changeOf([one], { risks }));
      for (const line of text.split("\n")) {
        expect(line.trimStart().startsWith("::")).toBe(false);
        if (line.startsWith("| <code>")) expect(line.split("|")).toHaveLength(7);
      }
      const bare = text.replaceAll(/(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, "");
      expect(bare).not.toMatch(/@octocat|<img|<!--|\[[^\]]*\]\(http/);
      expect(text).not.toMatch(/[\u202e\u200b]/);
    }),
  );
});

test("SARIF: diagnostics and risks, with places that tools understand", () => {
  const told = diagnostic("JF114", at, {}, { hint: "move it", related: [{ at, message: "here" }] });
  const log = JSON.parse(sarif("0.1.0", [told], RICH.risks, (text) => text));
  expect(log.version).toBe("2.1.0");
  const [run] = log.runs;
  expect(run.columnKind).toBe("utf16CodeUnits");
  expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual([
    "JF114",
    "new-destination",
    "removed",
  ]);
  const location = {
    physicalLocation: {
      artifactLocation: { uri: "a%20b/%C3%BC.yaml" },
      region: { startLine: 2, startColumn: 11, endLine: 2, endColumn: 15 },
    },
  };
  expect(run.results[0]).toMatchObject({
    ruleId: "JF114",
    level: "warning",
    locations: [location],
    relatedLocations: [location],
  });
  expect(run.results[1]).toMatchObject({
    ruleId: "new-destination",
    level: "warning",
    locations: [location],
  });
});
