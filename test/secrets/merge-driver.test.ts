import { expect, test } from "vitest";
import { mergeDriver } from "../../src/commands/secrets/merge-driver.ts";
import type { Reviewed } from "../../src/commands/secrets/recipients-gate.ts";
import type { Outcome } from "../../src/outcome.ts";
import { renderOutcome } from "../../src/render/outcome.ts";
import type { Identity } from "../../src/sops/identities.ts";
import { type OpenedText, openText } from "../../src/sops/opened.ts";
import { resealText, rewrapText, rotateText } from "../../src/sops/reseal.ts";
import { sealText } from "../../src/sops/seal.ts";
import { identitiesOf } from "../support/sealed-files.ts";
import { CONNECTION, NOW, ONE, sealedFor, THREE, TWO, workspaceYaml } from "../support/secrets-ports.ts";

const CANARIES = ["canary-one", "canary-two", "canary-three", "canary-key"];
const PATH = "warehouse.production.sops.yaml";
const PLAIN = `apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: warehouse
  for: {environment: production}
  secrets:
    # rotated each spring
    password: canary-one
    login: etl
    extra:
      token: canary-key
`;
const KEYS = identitiesOf("one");
const EARLIER = new Date("2026-02-02T00:00:00Z");

type Tree = Readonly<Record<string, string>>;

const estate = (production: readonly string[] = [ONE, TWO]): Tree => ({
  "jackfield.yaml": workspaceYaml(production, [TWO]),
  "warehouse.yaml": CONNECTION,
});

function history(tree: Tree | null): Reviewed {
  return {
    defaultBranch: () => (tree ? { name: "origin/main", commit: "c0ffee" } : undefined),
    fileAt: (_, path) => tree?.[path],
    yamlAt: () => Object.entries(tree ?? {}).map(([path, text]) => ({ path, text })),
  };
}

interface Sides {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

interface Run {
  readonly keys?: readonly Identity[];
  readonly tree?: Tree | null;
  readonly accepted?: readonly string[];
  readonly path?: string;
}

interface Ran {
  readonly outcome: Outcome;
  /** What is in the file of ours. */
  readonly text: string;
  readonly codes: readonly string[];
  /** All that is printed, as text and as JSON. */
  readonly printed: string;
}

function run(
  sides: Sides,
  { keys = KEYS, tree = estate(), accepted = [], path = PATH }: Run = {},
  isSealed = true,
): Ran {
  const texts = new Map(Object.entries(sides));
  const files = {
    read: (name: string) => texts.get(name),
    write: (name: string, text: string) => void texts.set(name, text),
  };
  const found = { identities: keys, looked: ["`SOPS_AGE_KEY`"], problems: [] };
  const outcome = mergeDriver(
    { files, keys: { identities: () => found }, history: history(tree), now: NOW },
    { base: "base", ours: "ours", theirs: "theirs", path, accepted },
  );
  expect(texts.get("base")).toBe(sides.base);
  expect(texts.get("theirs")).toBe(sides.theirs);
  const printed = (["text", "json"] as const).map((format) => {
    const { out, err } = renderOutcome(outcome, {
      ...{ command: "secrets merge-driver", version: "0", format, color: false },
      scrub: (text) => text,
    });
    return out + err;
  });
  const codes = outcome.diagnostics.map(({ code }) => code);
  const all = printed.join("\n");
  for (const canary of CANARIES) expect(isSealed ? `${all}${texts.get("ours")}` : all).not.toContain(canary);
  return { outcome, text: texts.get("ours") ?? "", codes, printed: all };
}

function open(text: string, keys = KEYS, path = PATH): OpenedText {
  const { value, diagnostics } = openText({ path, text }, keys);
  if (!value) throw new Error(diagnostics.map(({ message }) => message).join());
  return value;
}

const plainOf = (text: string, keys = KEYS) => open(text, keys).plain.reveal();
const ENVIRONMENT = "{environment: production}";

type Pair = readonly [from: string, to: string];

/** A sealed text after edits of its plain one. */
function edit(text: string, ...pairs: readonly Pair[]): string {
  const opened = open(text);
  const plain = pairs.reduce((made, [from, to]) => made.replace(from, to), opened.plain.reveal());
  return resealText(opened, plain, { now: EARLIER }).value ?? "";
}

const rewrap = (text: string, ...recipients: readonly string[]) =>
  rewrapText(open(text), recipients).value ?? "";
const rotate = (text: string, ...recipients: readonly string[]) =>
  rotateText(open(text), { now: EARLIER, recipients }).value ?? "";

const BASE = sealedFor(PLAIN, [ONE, TWO]);
const PASSWORD: Pair = ["canary-one", "canary-two"];
const TOKEN: Pair = ["canary-key", "canary-three"];
const lines = (text: string, pattern: RegExp) => text.split("\n").filter((line) => pattern.test(line));
const readers = (text: string) =>
  open(text).metadata.groups.flatMap(({ age }) => age.map(({ recipient }) => recipient.value));

test("different values: both are in, and what did not change keeps its ciphertext", () => {
  const [ours, theirs] = [edit(BASE, PASSWORD), edit(BASE, TOKEN)];
  const { outcome, text, codes } = run({ base: BASE, ours, theirs });
  expect([outcome.exit, codes, outcome.text]).toEqual([undefined, [], ""]);
  expect(plainOf(text)).toBe(PLAIN.replace(...PASSWORD).replace(...TOKEN));
  // The data key is one and the same: theirs' ciphertext is taken over too.
  expect(lines(text, / {2}(password|login): ENC|#ENC/)).toEqual(
    lines(ours, / {2}(password|login): ENC|#ENC/),
  );
  expect(lines(text, /token: ENC/)).toEqual(lines(theirs, /token: ENC/));
  expect(text).toContain('lastmodified: "2026-11-23T12:00:00Z"');
  expect(run({ base: BASE, ours: theirs, theirs: ours }).codes).toEqual([]);
});

test("no key is looked for, and no byte changed, where bytes tell", () => {
  const other = edit(BASE, PASSWORD);
  const unasked = { keys: [], tree: null };
  expect(run({ base: BASE, ours: other, theirs: other }, unasked)).toMatchObject({ text: other, codes: [] });
  expect(run({ base: BASE, ours: other, theirs: BASE }, unasked)).toMatchObject({ text: other, codes: [] });
  expect(run({ base: BASE, ours: BASE, theirs: other }, unasked)).toMatchObject({ text: other, codes: [] });
});

test("theirs only sealed it again: ours, byte by byte", () => {
  const ours = edit(BASE, PASSWORD);
  expect(run({ base: BASE, ours, theirs: rewrap(BASE, ONE, TWO) }).text).toBe(ours);
});

test("one value changed by both: ours is kept, told in the file, and nothing of it is shown", () => {
  const ours = edit(BASE, PASSWORD);
  const theirs = edit(BASE, ["canary-one", "canary-three"], ["login: etl", "login: ops"]);
  const { outcome, text, codes, printed } = run({ base: BASE, ours, theirs });
  expect([outcome.exit, codes]).toEqual([1, ["JF040"]]);
  const note =
    "# <<<<<<< jackfield: conflict in spec.secrets.password: ours is kept. Decide, then delete this line.";
  expect(text.split("\n").slice(4, 7)).toEqual([`  for: ${ENVIRONMENT}`, `  ${note}`, "  secrets:"]);
  expect(plainOf(text)).toBe(
    PLAIN.replace(...PASSWORD)
      .replace("login: etl", "login: ops")
      .replace("  secrets:", `  ${note}\n  secrets:`),
  );
  expect(printed).toContain(
    `${PATH}:6:3 error JF040: both sides changed spec.secrets.password: ours is kept`,
  );
  expect(outcome.result).toEqual({ file: PATH, conflicts: ["spec.secrets.password"] });
});

test("the comment of a conflict stays in sight when the file is edited", () => {
  const { text } = run({ base: BASE, ours: edit(BASE, PASSWORD), theirs: edit(BASE, ["canary-one", "x"]) });
  expect(edit(text, ["login: etl", "login: ops"])).toContain(
    "  # <<<<<<< jackfield: conflict in spec.secrets.password",
  );
});

test("a Credential that is for somebody else now, and a new password for whom it was for: both are kept apart", () => {
  const ours = edit(BASE, [ENVIRONMENT, "{environment: development}"]);
  const theirs = edit(BASE, PASSWORD);
  const tree = { "jackfield.yaml": workspaceYaml([ONE, TWO], [ONE, TWO]) };
  const { text, codes, outcome } = run({ base: BASE, ours, theirs }, { tree });
  expect([codes, outcome.exit]).toEqual([["JF040"], 1]);
  expect(plainOf(text).replace(/^# <<<.*\n/, "")).toBe(plainOf(ours));
  expect(text).toMatch(/^# <<<<<<< jackfield: conflict in Credential warehouse: ours is kept\./);
});

test("several documents: the comment names the one", () => {
  const second = "---\napiVersion: v1\nkind: Other\nmetadata: {name: x}\nsecrets: {a: canary-three}\n";
  const base = sealedFor(PLAIN + second, [ONE, TWO]);
  const [ours, theirs] = [
    edit(base, ["canary-three", "canary-two"]),
    edit(base, ["canary-three", "canary-one"], PASSWORD),
  ];
  const { text, outcome } = run({ base, ours, theirs });
  expect(outcome.result).toEqual({ file: PATH, conflicts: ["Other x: secrets.a"] });
  expect(text).toContain(
    "\n# <<<<<<< jackfield: conflict in Other x: secrets.a: ours is kept. Decide, then delete this line.\nsecrets: {a: ",
  );
  expect(plainOf(text)).toContain("password: canary-two");
});

test("both made the file", () => {
  const [ours, theirs] = [sealedFor(PLAIN, [ONE, TWO]), sealedFor(PLAIN.replace("etl", "ops"), [ONE, TWO])];
  const { text, codes, outcome } = run({ base: "", ours, theirs });
  expect([codes, outcome.exit]).toEqual([["JF040"], 1]);
  expect(plainOf(text)).toContain("login: etl");
  expect(run({ base: "", ours, theirs: sealedFor(PLAIN, [ONE, TWO]) })).toMatchObject({
    text: ours,
    codes: [],
  });
});

test.each([
  [
    "our side",
    (sides: Sides) => ({ ...sides, ours: sides.ours.replace("kind: Credential", "kind: Credentiaĺ") }),
    "JF334",
  ],
  [
    "their side",
    (sides: Sides) => ({
      ...sides,
      theirs: sides.theirs.replace(
        /(password: ENC\[AES256_GCM,data:)(.)/,
        (_, before: string, first: string) => before + (first === "A" ? "B" : "A"),
      ),
    }),
    "JF331",
  ],
  [
    "what both sides come from",
    (sides: Sides) => ({ ...sides, base: sides.base.replace("warehouse", "other") }),
    "JF334",
  ],
])("a version that does not open or is not genuine stops it: %s", (side, damage, code) => {
  const sides = damage({ base: BASE, ours: edit(BASE, PASSWORD), theirs: edit(BASE, TOKEN) });
  const { outcome, text, codes, printed } = run(sides);
  expect([outcome.exit, codes, text]).toEqual([1, ["JF041", code], sides.ours]);
  expect(printed).toContain(`cannot merge \`${PATH}\`: ${side} does not open`);
});

test("without a key nothing is merged", () => {
  const sides = { base: BASE, ours: edit(BASE, PASSWORD), theirs: edit(BASE, TOKEN) };
  for (const keys of [[], identitiesOf("three")]) {
    const { outcome, text, codes } = run(sides, { keys });
    expect([outcome.exit, text]).toEqual([1, sides.ours]);
    expect(codes).toContain(keys.length === 0 ? "JF340" : "JF321");
  }
});

test("recipients are merged one by one", () => {
  const tree = estate([ONE, TWO, THREE]);
  const ours = edit(rewrap(BASE, ONE, TWO, THREE), PASSWORD);
  const merged = run({ base: BASE, ours, theirs: edit(BASE, TOKEN) }, { tree });
  expect([merged.codes, readers(merged.text)]).toEqual([[], [ONE, TWO, THREE]]);
  const back = run({ base: BASE, ours: edit(BASE, TOKEN), theirs: ours }, { tree });
  expect([back.codes, readers(back.text)]).toEqual([[], [ONE, TWO, THREE]]);
  const gone = run(
    {
      base: BASE,
      ours: edit(rewrap(BASE, ONE), PASSWORD),
      theirs: edit(rewrap(BASE, ONE, TWO, THREE), TOKEN),
    },
    { tree },
  );
  expect([gone.codes, readers(gone.text)]).toEqual([[], [ONE, THREE]]);
});

test("a recipient that the default branch does not have gets nothing, from whichever side it comes", () => {
  const forged = edit(rewrap(BASE, ONE, TWO, THREE), TOKEN);
  const mine = edit(BASE, PASSWORD);
  for (const [ours, theirs] of [
    [mine, forged],
    [forged, mine],
  ] as const) {
    const { outcome, text, codes, printed } = run({ base: BASE, ours, theirs });
    expect([outcome.exit, codes, text]).toEqual([1, ["JF043"], ours]);
    expect(printed).toContain(`\`${THREE}\`, who is no recipient of it on origin/main`);
    const accepted = run({ base: BASE, ours, theirs }, { accepted: [THREE] });
    expect([accepted.codes, readers(accepted.text)]).toEqual([[], [ONE, TWO, THREE]]);
  }
  expect(run({ base: BASE, ours: mine, theirs: forged }, { tree: null }).codes).toEqual([]);
});

test("one environment's recipient is not another's", () => {
  const tree = { ...estate([ONE]), "jackfield.yaml": workspaceYaml([ONE], [TWO]) };
  const { codes } = run({ base: BASE, ours: edit(BASE, PASSWORD), theirs: edit(BASE, TOKEN) }, { tree });
  expect(codes).toEqual(["JF043"]);
});

test("a file of nobody's Workspace is judged by its own version on the default branch", () => {
  const path = "other.sops.yaml";
  const base = sealedFor("secrets: {a: canary-one, b: canary-key}\n", [ONE, TWO]);
  const sides = { base, ours: edit(base, PASSWORD), theirs: edit(rewrap(base, ONE, TWO, THREE), TOKEN) };
  const codes = (tree: Tree, accepted: readonly string[] = []) => run(sides, { path, tree, accepted }).codes;
  expect(codes({ [path]: base })).toEqual(["JF024"]);
  expect(codes({ [path]: sides.theirs })).toEqual([]);
  expect(codes({ [path]: base }, [THREE])).toEqual([]);
  expect(codes({})).toEqual(["JF024", "JF024", "JF024"]);
});

test("nobody would be left", () => {
  const sides = { base: BASE, ours: edit(rewrap(BASE, ONE), PASSWORD), theirs: rewrap(BASE, TWO) };
  expect(run(sides, { keys: identitiesOf("one", "two") })).toMatchObject({
    codes: ["JF042"],
    text: sides.ours,
  });
});

test("a new data key is not undone, whichever side made it", () => {
  const plain = edit(BASE, PASSWORD);
  const rotated = edit(rotate(BASE, ONE), TOKEN);
  for (const [ours, theirs] of [
    [plain, rotated],
    [rotated, plain],
  ] as const) {
    const { text, codes } = run({ base: BASE, ours, theirs });
    expect(codes).toEqual([]);
    expect(open(text).key.equals(open(rotated).key)).toBe(true);
    expect(readers(text)).toEqual([ONE]);
    expect(plainOf(text)).toBe(PLAIN.replace(...PASSWORD).replace(...TOKEN));
  }
});

test("two new data keys make a third: who was taken out on one side has the other's", () => {
  const [ours, theirs] = [edit(rotate(BASE, ONE, TWO), PASSWORD), edit(rotate(BASE, ONE), TOKEN)];
  const { text, codes } = run({ base: BASE, ours, theirs });
  expect([codes, readers(text)]).toEqual([[], [ONE]]);
  for (const side of [BASE, ours, theirs]) expect(open(text).key.equals(open(side).key)).toBe(false);
  expect(plainOf(text)).toBe(PLAIN.replace(...PASSWORD).replace(...TOKEN));
});

test("another scope on one side stops it: it would leave open what is sealed", () => {
  const scope = { name: "encrypted_regex", text: "^password$" } as const;
  const other = sealText({ path: PATH, text: PLAIN }, { groups: [[ONE, TWO]], now: NOW, scope }).value ?? "";
  for (const sides of [
    { base: BASE, ours: edit(BASE, PASSWORD), theirs: other },
    { base: BASE, ours: other, theirs: edit(BASE, PASSWORD) },
  ]) {
    const { codes, text, printed } = run({ ...sides, base: BASE }, {}, false);
    expect([codes, text]).toEqual([["JF042"], sides.ours]);
    expect(printed).toContain("the two sides are sealed by different rules");
  }
});

test("no UTF-8 text", () => {
  expect(run({ base: BASE, ours: BASE, theirs: undefined as unknown as string }).codes).toEqual(["JF042"]);
});
