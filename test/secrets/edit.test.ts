import { expect, test } from "vitest";
import { edit } from "../../src/commands/secrets/edit.ts";
import type { Reviewed } from "../../src/commands/secrets/recipients-gate.ts";
import { diagnostic } from "../../src/core/diagnostic.ts";
import { createScrubber } from "../../src/core/scrub.ts";
import { Secret } from "../../src/core/secret.ts";
import type { Outcome } from "../../src/outcome.ts";
import { PortFailure, type TreeWriter } from "../../src/ports.ts";
import { renderOutcome } from "../../src/render/outcome.ts";
import type { Identity } from "../../src/sops/identities.ts";
import { openText } from "../../src/sops/opened.ts";
import { identitiesOf } from "../support/sealed-files.ts";
import { estate, NOW, ONE, sealedFor, THREE, TWO, treeOf, workspaceYaml } from "../support/secrets-ports.ts";

const PROD = "warehouse.production.sops.yaml";
const DEV = "warehouse.development.sops.yaml";
const KEYS = identitiesOf("one", "two");
const CANARIES = ["canary-prod", "canary-dev", "canary-new"];

type Turn = (shown: string) => string;

interface Run {
  readonly texts?: Record<string, string>;
  readonly name?: string;
  /** What the user does in the editor, one for each time it is opened; he goes on as long as there are more. */
  readonly turns: readonly Turn[];
  readonly keys?: readonly Identity[];
  readonly reviewed?: Readonly<Record<string, string>>;
  readonly accepted?: readonly string[];
  readonly writer?: TreeWriter;
}

interface Ran {
  readonly outcome: Outcome;
  readonly texts: ReadonlyMap<string, string>;
  readonly writes: number;
  readonly codes: readonly string[];
  /** What the editor showed, each time. */
  readonly shown: readonly string[];
  /** What the terminal showed before the question. */
  readonly reports: readonly string[];
  readonly isKept: boolean;
  readonly printed: string;
}

async function run(one: Run): Promise<Ran> {
  const { texts = estate(), name = PROD, turns, keys = KEYS, reviewed, accepted = [] } = one;
  const tree = treeOf(texts, keys);
  const shown: string[] = [];
  const reports: string[] = [];
  const state = { kept: false, closed: false };
  const history: Reviewed = {
    defaultBranch: () => (reviewed ? { name: "main", commit: "c0ffee" } : undefined),
    fileAt: (_, path) => reviewed?.[path],
    yamlAt: () => Object.entries(reviewed ?? {}).map(([path, text]) => ({ path, text })),
  };
  const outcome = await edit(
    {
      ...tree,
      ...(one.writer && { writer: one.writer }),
      newFiles: { pathFor: (path) => (tree.texts.has(path) || path.startsWith("/") ? undefined : path) },
      editor: {
        open: () => ({
          diagnostics: [],
          async edit(text) {
            const turn = turns[shown.length];
            shown.push(text.reveal());
            if (!turn) throw new Error("the editor was opened once more");
            return new Secret(turn(text.reveal()));
          },
          async again(report) {
            reports.push(report);
            return shown.length < turns.length;
          },
          keep() {
            state.kept = true;
            return "/dev/shm/x/file.yaml";
          },
          close() {
            state.closed = true;
          },
        }),
      },
      history,
      now: NOW,
    },
    { name, accepted },
  );
  expect(state.closed).toBe(shown.length > 0);
  const printed = print(outcome);
  for (const text of [...printed, ...reports, ...tree.texts.values()]) {
    for (const canary of CANARIES) expect(text).not.toContain(canary);
  }
  return {
    outcome,
    texts: tree.texts,
    writes: tree.writes(),
    codes: outcome.diagnostics.map(({ code }) => code),
    shown,
    reports,
    isKept: state.kept,
    printed: printed.join("\n"),
  };
}

/** As the shell does it, and without the scrubber, which is not what keeps values away. */
function print(outcome: Outcome): readonly string[] {
  const scrubber = createScrubber();
  for (const secret of outcome.secrets ?? []) scrubber.learn(secret);
  return (["text", "json"] as const).flatMap((format) =>
    [scrubber.scrub, (text: string) => text].map((scrub) => {
      const { out, err } = renderOutcome(outcome, {
        command: "secrets edit",
        version: "0",
        format,
        color: false,
        scrub,
      });
      return out + err;
    }),
  );
}

const replace = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to);

function opened(text: string | undefined, path = PROD) {
  const { value } = openText({ path, text: text ?? "" }, KEYS);
  if (!value) throw new Error("it does not open");
  const readers = value.metadata.groups.flatMap(({ age }) => age.map(({ recipient }) => recipient.value));
  return { plain: value.plain.reveal(), readers };
}

test("a value is changed, and only its ciphertext with it", async () => {
  const texts = estate();
  const withLogin = sealedFor(
    opened(texts[PROD]).plain.replace("canary-prod", "canary-prod\n    login: etl"),
    [ONE, TWO],
  );
  const ran = await run({
    texts: { ...texts, [PROD]: withLogin },
    turns: [replace("password: canary-prod", "password: canary-new # why")],
  });
  expect(ran.outcome.text).toBe(`${PROD}: changed, and sealed\n`);
  expect([ran.codes, ran.writes, ran.outcome.exit]).toEqual([[], 1, undefined]);
  const after = ran.texts.get(PROD) ?? "";
  expect(opened(after).plain).toBe(ran.shown[0]?.replace("canary-prod", "canary-new # why"));
  const login = /login: ENC.*/;
  expect(login.exec(after)?.[0]).toBe(login.exec(withLogin)?.[0]);
});

test("unchanged: nothing is written, nor is it sealed again", async () => {
  const ran = await run({ turns: [(text) => text] });
  expect(ran).toMatchObject({ writes: 0, codes: [] });
  expect(ran.outcome.text).toBe(`${PROD}: not changed, nothing was written\n`);
});

test.each([
  ["no YAML", replace("spec:", "spec: ["), "JF101"],
  ["a field that no Credential has", replace("connection: warehouse", "connektion: warehouse"), "JF201"],
  ["an unknown connection", replace("connection: warehouse", "connection: wharehouse"), "JF402"],
  ["a ciphertext", replace("password: canary-prod", "password: ENC[AES256_GCM,data:canary-new]"), "JF352"],
  ["a `sops` block", (text: string) => `${text}sops: {age: []}\n`, "JF355"],
  ["nothing", () => "", "JF353"],
  ["a secret outside", replace("  secrets:", "  password: canary-new\n  secrets:"), "JF201"],
  [
    "a value below a key twice",
    replace("password: canary-prod", "password: canary-new\n    password: canary-new"),
    "JF102",
  ],
  ["no secrets", replace(/ {2}secrets:[\s\S]*/, "  secrets: {}\n"), "JF208"],
])("%s: told by line, nothing written, and the editor is opened again on demand", async (_, turn, code) => {
  const alone = await run({ turns: [turn] });
  expect(alone).toMatchObject({ writes: 0, isKept: false });
  expect(alone.codes).toContain(code);
  expect(alone.outcome.exit).toBe(1);
  expect(alone.outcome.text).toBe("nothing was written\n");
  const again = await run({ turns: [turn, (text) => text, replace(/^[\s\S]*$/, alone.shown[0] ?? "")] });
  expect(again).toMatchObject({ writes: 0, codes: [] });
  expect(again.reports.length).toBe(2);
  expect(again.shown[1]).toMatch(/^# jackfield: this text has errors\./);
  expect(again.shown[1]).toContain(`${code} `);
  expect(again.shown[1]?.replaceAll(/^# jackfield: .*\n/gm, "")).toBe(turn(alone.shown[0] ?? ""));
  // What was put above is there once, however often it is opened.
  expect(again.shown[2]).toBe(again.shown[1]);
  expect(again.outcome.text).toContain("not changed");
});

test("the place in the header is the line in the editor, and in the outcome that of the text without it", async () => {
  const multi = (text: string) =>
    text.replace(
      "password: canary-prod",
      "extra:\n      key: |\n        canary-new\n        canary-new\n    pasword: x",
    );
  const ran = await run({ turns: [multi, replace(/^ {4}pasword/m, "    password")] });
  expect(ran.codes).toEqual([]);
  const second = ran.shown[1] ?? "";
  const line = Number(/line (\d+): JF\d+ [^\n]*(?:unknown|pasword)/.exec(second)?.[1]);
  expect(second.split("\n")[line - 1]).toContain("pasword");
});

test("errors elsewhere that were there before are nobody's concern; new ones are", async () => {
  const broken = {
    ...estate(),
    "other.yaml": "apiVersion: jackfield.dev/v1\nkind: Connection\nmetadata: {name: x}\nspec: {typ: y}\n",
  };
  const change = replace("password: canary-prod", "password: canary-new");
  expect(await run({ texts: broken, turns: [change] })).toMatchObject({ writes: 1, codes: [] });
  const ran = await run({ texts: broken, turns: [replace("password:", "login:")] });
  expect(ran.writes).toBe(0);
  expect(ran.codes).toContain("JF411");
});

test("a file gets the recipients of its environments, by whatever it says in the end", async () => {
  const texts = { ...estate(), [PROD]: sealedFor(opened(estate()[PROD]).plain, [ONE, TWO, THREE]) };
  const ran = await run({ texts, turns: [replace("canary-prod", "canary-new")] });
  expect(opened(ran.texts.get(PROD)).readers).toEqual([ONE, TWO]);
  const { [DEV]: _, ...rest } = estate();
  const moved = await run({ texts: rest, turns: [replace("production", "development")] });
  expect(moved.codes).toContain("JF411");
  const both = await run({
    texts: rest,
    turns: [(text) => text.replace("{environment: production}", "{all: true}")],
  });
  expect([both.codes, opened(both.texts.get(PROD)).readers]).toEqual([[], [TWO, ONE]]);
});

test("a recipient that the default branch does not have gets nothing", async () => {
  const reviewed = { "jackfield.yaml": workspaceYaml([ONE], [TWO]) };
  const turns = [replace("canary-prod", "canary-new")];
  const refused = await run({ turns, reviewed });
  expect([refused.codes, refused.writes]).toEqual([["JF390"], 0]);
  expect((await run({ turns, reviewed, accepted: [TWO] })).writes).toBe(1);
});

test("a file of nobody's Workspace keeps its recipients, its rule and its layout", async () => {
  const other = sealedFor("# top\na: 1\nsecrets: {b: canary-prod,   c: [1, 2]}\n", [ONE]);
  const ran = await run({
    texts: { ...estate(), "other.sops.yaml": other },
    name: "other.sops.yaml",
    turns: [replace("canary-prod", "canary-new")],
  });
  expect(ran.codes).toEqual([]);
  const { plain, readers } = opened(ran.texts.get("other.sops.yaml"), "other.sops.yaml");
  expect([plain, readers]).toEqual(["# top\na: 1\nsecrets: {b: canary-new,   c: [1, 2]}\n", [ONE]]);
  const forged = await run({
    texts: { ...estate(), "other.sops.yaml": other },
    name: "other.sops.yaml",
    turns: [replace("canary-prod", "canary-new")],
    reviewed: {},
  });
  expect([forged.codes, forged.writes]).toEqual([["JF024"], 0]);
});

test("a new file begins with a draft by its name, and is sealed for its environments", async () => {
  const { [PROD]: _, ...texts } = estate();
  const ran = await run({ texts, turns: [replace('password: ""', "password: canary-new")] });
  expect(
    ran.shown[0],
  ).toBe(`# jackfield: a new file: it is sealed when you leave the editor. Leave it as it is, and nothing is written.
apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: warehouse
  for: {environment: production}
  secrets:
    password: ""
`);
  expect([ran.codes, ran.outcome.text]).toEqual([[], `${PROD}: made, and sealed\n`]);
  const { plain, readers } = opened(ran.texts.get(PROD));
  expect(plain).toMatch(/^apiVersion:[\s\S]*password: canary-new\n$/);
  expect(readers).toEqual([ONE, TWO]);
  expect(await run({ texts, turns: [(text) => text] })).toMatchObject({ writes: 0, codes: [] });
});

test.each([
  ["a/warehouse.all.sops.yaml", "warehouse", "{all: true}"],
  ["warehouse.dev.development.sops.yaml", "warehouse", "{deployments: [dev]}"],
  ["warehouse.sops.yaml", "warehouse", "{environment: NAME}"],
])("the draft of %s", async (name, id, wanted) => {
  const { shown } = await run({ name, turns: [(text) => text] });
  expect(shown[0]).toContain(`  connection: ${id}\n  for: ${wanted}\n`);
});

test("a new file that is for nobody is refused", async () => {
  for (const turn of [() => "a: canary-new\nsecrets: {b: canary-new}\n", replace("production", "staging")]) {
    const { [PROD]: _, ...texts } = estate();
    const ran = await run({ texts, turns: [turn] });
    expect(ran.writes).toBe(0);
    expect(ran.codes.length).toBeGreaterThan(0);
  }
});

test("what does not open is not edited", async () => {
  const damaged = {
    ...estate(),
    [PROD]: (estate()[PROD] ?? "").replace("connection: warehouse", "connection: x"),
  };
  expect(await run({ texts: damaged, turns: [] })).toMatchObject({ codes: ["JF334"], writes: 0 });
  expect((await run({ turns: [], keys: [] })).codes).toEqual(["JF340"]);
  expect((await run({ turns: [], keys: identitiesOf("three") })).codes).toEqual(["JF321"]);
  expect((await run({ turns: [], name: "/etc/warehouse.sops.yaml" })).codes).toEqual(["JF003"]);
});

test("the file was changed meanwhile: nothing is written, and what was edited is kept", async () => {
  const failure = new PortFailure(diagnostic("JF004", undefined, { path: PROD, reason: "it was changed" }));
  const writer = {
    replaceAll() {
      throw failure;
    },
  };
  const ran = await run({ writer, turns: [replace("canary-prod", "canary-new")] });
  expect([ran.codes, ran.isKept, ran.outcome.exit]).toEqual([["JF004", "JF046"], true, 3]);
  expect(ran.printed).toContain("/dev/shm/x/file.yaml");
});

test("a defect closes the file too", async () => {
  const turns = [replace("canary-prod", "canary-new")];
  const writer = {
    replaceAll() {
      throw new TypeError("a defect");
    },
  };
  await expect(run({ writer, turns })).rejects.toThrow("a defect");
});
