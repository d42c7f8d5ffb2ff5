import { expect, test } from "vitest";
import { type RotateRequest, rotate } from "../../src/commands/secrets/rotate.ts";
import type { Identity } from "../../src/sops/identities.ts";
import { openText } from "../../src/sops/opened.ts";
import { sealText } from "../../src/sops/seal.ts";
import { identitiesOf } from "../support/sealed-files.ts";
import { credentialYaml, estate, NOW, ONE, sealedFor, THREE, TWO, treeOf } from "../support/secrets-ports.ts";

const one = identitiesOf("one");
const two = identitiesOf("two");
const PROD = "warehouse.production.sops.yaml";
const DEV = "warehouse.development.sops.yaml";

type Texts = Readonly<Record<string, string>>;

function run(texts: Texts, request: Partial<RotateRequest> = {}, keys = two, reviewed?: Texts) {
  const tree = treeOf(texts, keys, reviewed);
  const outcome = rotate(tree, { names: [], all: request.names === undefined, accepted: [], ...request }, {});
  const told = [
    outcome.result,
    outcome.text,
    outcome.diagnostics.map(({ message, hint }) => [message, hint]),
  ];
  expect(JSON.stringify(told)).not.toContain("canary");
  return { ...outcome, codes: outcome.diagnostics.map(({ code }) => code), tree };
}

function opened(text: string | undefined, identities: readonly Identity[]) {
  return openText({ path: "x.yaml", text: text ?? "" }, identities).value;
}

test("all files get new data keys, and nothing sealed stays as it was", () => {
  const texts = estate();
  const { tree, text, codes, exit } = run(texts);
  expect({ text, codes, exit, writes: tree.writes() }).toEqual({
    text: `${DEV}\n${PROD}\n2 files with a new data key\n`,
    codes: [],
    exit: undefined,
    writes: 1,
  });
  for (const [path, password] of [
    [PROD, "canary-prod"],
    [DEV, "canary-dev"],
  ] as const) {
    const [before, after] = [opened(texts[path], two), opened(tree.texts.get(path), two)];
    expect(after?.plain.reveal()).toBe(before?.plain.reveal());
    expect(after?.plain.reveal()).toContain(password);
    expect(after?.key.equals(before?.key as never)).toBe(false);
    expect(after?.metadata.lastmodified.value).toBe("2026-11-23T12:00:00Z");
    const sealed = (one = ""): readonly string[] => one.match(/ENC\[[^\]]+/g) ?? [];
    expect(sealed(tree.texts.get(path)).filter((part) => sealed(texts[path]).includes(part))).toEqual([]);
  }
});

test("files of ours get the recipients of their environments", () => {
  const { tree, text } = run(estate([TWO, THREE], [TWO]), { names: [PROD] });
  expect(text).toBe(`${PROD}\n  + ${THREE}\n  - ${ONE}\n1 file with a new data key\n`);
  expect(opened(tree.texts.get(PROD), identitiesOf("three"))).toBeDefined();
  expect(opened(tree.texts.get(PROD), one)).toBeUndefined();
});

test("files of others keep their own recipients, with and without a Workspace", () => {
  const text = sealedFor("host: h\nsecrets: {b: canary}\n", [ONE, TWO]);
  for (const around of [estate([THREE], [THREE]), {}]) {
    const { tree, text: told } = run({ ...around, "other.yaml": text }, { names: ["other.yaml"] });
    expect(told).toBe("other.yaml\n1 file with a new data key\n");
    const after = tree.texts.get("other.yaml");
    expect(opened(after, one)?.plain.reveal()).toBe("host: h\nsecrets: {b: canary}\n");
    expect(after).not.toBe(text);
  }
});

test("key groups stay", () => {
  const source = { path: PROD, text: credentialYaml("{environment: production}", "canary-prod") };
  const sealed = sealText(source, { groups: [[ONE], [TWO]], threshold: 2, now: NOW }).value ?? "";
  const { tree } = run({ ...estate(), [PROD]: sealed }, {}, [...one, ...two]);
  expect(opened(tree.texts.get(PROD), two)).toBeUndefined();
  expect(opened(tree.texts.get(PROD), [...one, ...two])?.metadata.groups.length).toBe(2);
});

test.each([
  ["no key for one of them", () => undefined, one, ["JF321"]],
  [
    "one that was changed without its key",
    (texts: Record<string, string>) => {
      texts[DEV] = texts[DEV]?.replace("warehouse", "wharehouse") ?? "";
    },
    two,
    ["JF334"],
  ],
  [
    "one that is damaged",
    (texts: Record<string, string>) => {
      texts[DEV] = texts[DEV]?.replace(/BEGIN AGE/, "BEGIN EGA") ?? "";
    },
    two,
    ["JF312"],
  ],
] as const)("%s: it is named, and nothing is written", (_, spoil, keys, codes) => {
  const texts = estate();
  spoil(texts);
  const { tree, text, exit, result, ...outcome } = run(texts, {}, keys);
  expect({ codes: outcome.codes, exit, result, writes: tree.writes() }).toEqual({
    codes,
    exit: 1,
    result: null,
    writes: 0,
  });
  expect(text).toMatch(/nothing was written\n$/);
});

test("a new recipient of an environment is refused unless it is accepted", () => {
  const reviewed = estate([ONE, TWO], [TWO]);
  const texts = estate([ONE, TWO, THREE], [TWO]);
  const refused = run(texts, {}, two, reviewed);
  expect([refused.codes, refused.tree.writes()]).toEqual([["JF390"], 0]);
  const accepted = run(texts, { accepted: [THREE] }, two, reviewed);
  expect([accepted.codes, accepted.tree.writes()]).toEqual([[], 1]);
});

test("a new recipient of a file that no environment speaks for is refused unless it is accepted", () => {
  const plain = "host: h\nsecrets: {b: canary}\n";
  const reviewed = { "other.yaml": sealedFor(plain, [TWO]) };
  const texts = { "other.yaml": sealedFor(plain, [TWO, THREE]) };
  const refused = run(texts, { names: ["other.yaml"] }, two, reviewed);
  expect([refused.codes, refused.tree.writes()]).toEqual([["JF024"], 0]);
  expect(refused.diagnostics[0]?.message).toContain(THREE);
  const accepted = run(texts, { names: ["other.yaml"], accepted: [THREE] }, two, reviewed);
  expect([accepted.codes, accepted.tree.writes()]).toEqual([[], 1]);
  // As it was reviewed it is nobody's question.
  expect(run(reviewed, { names: ["other.yaml"] }, two, reviewed).codes).toEqual([]);
});

test("a file of ours for nobody keeps its recipients, by the same gate", () => {
  const plain = credentialYaml("{selector: {team: none}}", "canary-x");
  const reviewed = { ...estate(), "x.sops.yaml": sealedFor(plain, [TWO]) };
  const texts = { ...estate(), "x.sops.yaml": sealedFor(plain, [TWO, THREE]) };
  expect(run(texts, {}, two, reviewed).codes).toEqual(["JF024"]);
  const { tree } = run(reviewed, {}, two, reviewed);
  expect(opened(tree.texts.get("x.sops.yaml"), two)?.plain.reveal()).toBe(plain);
});

test("a file of ours that cannot be read is no file of others", () => {
  const texts = { ...estate(), [PROD]: `${estate()[PROD]}}: [` };
  const { codes, tree } = run(texts, { names: [PROD] });
  expect(codes).toContain("JF101");
  expect(tree.writes()).toBe(0);
});

test("wrong calls", () => {
  expect(run(estate(), { names: [], all: false })).toMatchObject({ exit: 2, codes: ["JF020"] });
  expect(run(estate(), { names: [PROD], all: true })).toMatchObject({ exit: 2, codes: ["JF021"] });
  expect(run({}, { all: true })).toMatchObject({ exit: 2, codes: ["JF001"] });
  expect(run(estate(), { names: ["nowhere.yaml"] })).toMatchObject({ exit: 1, codes: ["JF003"] });
});
