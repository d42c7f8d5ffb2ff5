import { expect, test } from "vitest";
import { type UpdateKeysRequest, updatekeys } from "../../src/commands/secrets/updatekeys.ts";
import { compile } from "../../src/compile.ts";
import { openText } from "../../src/sops/opened.ts";
import { sealText } from "../../src/sops/seal.ts";
import { identitiesOf } from "../support/sealed-files.ts";
import {
  credentialYaml,
  estate,
  NOW,
  ONE,
  sealedFor,
  THREE,
  TWO,
  treeOf,
  workspaceYaml,
} from "../support/secrets-ports.ts";

const two = identitiesOf("two");
const PROD = "warehouse.production.sops.yaml";
const DEV = "warehouse.development.sops.yaml";

type Texts = Readonly<Record<string, string>>;

function run(texts: Texts, request: Partial<UpdateKeysRequest> = {}, keys = two, reviewed?: Texts) {
  const tree = treeOf(texts, keys, reviewed);
  const all = request.names === undefined;
  const outcome = updatekeys(tree, { names: [], all, check: false, accepted: [], ...request }, {});
  const told = JSON.stringify([
    outcome.result,
    outcome.text,
    outcome.diagnostics.map(({ message, hint }) => [message, hint]),
  ]);
  expect(told).not.toContain("canary");
  return { ...outcome, codes: outcome.diagnostics.map(({ code }) => code), tree };
}

/** What validate says. */
function codesOf(texts: ReadonlyMap<string, string>): readonly string[] {
  return compile([...texts].map(([path, text]) => ({ path, text }))).diagnostics.map(({ code }) => code);
}

function plainOf(text: string, name: "one" | "three"): string | undefined {
  return openText({ path: "x.yaml", text }, identitiesOf(name)).value?.plain.reveal();
}

test("files get the recipients of their environments, under the same data key, and a .sops.yaml is written", () => {
  const texts = estate([TWO, THREE], [TWO]);
  const { tree, text, codes, exit, result } = run(texts);
  expect(text).toBe(
    `${PROD}\n  + ${THREE}\n  - ${ONE}\n.sops.yaml\n  as jackfield.yaml says\n2 files changed\n`,
  );
  expect({ codes, exit }).toEqual({ codes: ["JF392"], exit: undefined });
  expect(result).toEqual({
    files: [{ file: PROD, added: [THREE], removed: [ONE] }],
    configs: [{ file: ".sops.yaml", written: true }],
  });
  const after = tree.texts.get(PROD) ?? "";
  expect(plainOf(after, "three")).toBe(credentialYaml("{environment: production}", "canary-prod"));
  expect(plainOf(after, "one")).toBeUndefined();
  // Not a value and not the MAC.
  const sealed = (one: string) => one.match(/ENC\[\S+/g);
  expect(sealed(after)).toEqual(sealed(texts[PROD] ?? ""));
  expect(tree.texts.get(DEV)).toBe(texts[DEV]);
  expect(codesOf(tree.texts)).toEqual([]);
  expect(tree.texts.get(".sops.yaml")).toContain("\\.production\\.sops\\.yaml$");
  expect(tree.writes()).toBe(1);
});

test("a second run changes nothing, writes nothing and asks for no key", () => {
  const first = run(estate([TWO, THREE], [TWO]));
  const { tree, text, codes } = run(Object.fromEntries(first.tree.texts));
  expect({ text, codes, writes: tree.writes(), asked: tree.asked() }).toEqual({
    text: "nothing to change\n",
    codes: [],
    writes: 0,
    asked: 0,
  });
});

test("--check lists what would change, without a key and without a write", () => {
  const { tree, text, exit } = run(estate([TWO, THREE], [TWO]), { check: true }, []);
  expect(text).toBe(
    `${PROD}\n  + ${THREE}\n  - ${ONE}\n.sops.yaml\n  as jackfield.yaml says\n2 files would change\n`,
  );
  expect({ exit, writes: tree.writes(), asked: tree.asked() }).toEqual({ exit: 1, writes: 0, asked: 0 });
  const after = run(estate([TWO, THREE], [TWO])).tree;
  const second = run(Object.fromEntries(after.texts), { check: true }, []);
  expect([second.text, second.exit]).toEqual(["nothing would change\n", undefined]);
});

test("only the named files, and the .sops.yaml of their Workspace", () => {
  const { tree } = run(estate([TWO, THREE], [TWO, THREE]), { names: [DEV] });
  expect(codesOf(tree.texts)).toEqual(["JF430", "JF431"]);
  expect(plainOf(tree.texts.get(DEV) ?? "", "three")).toContain("canary-dev");
});

test("a file that no key opens: all of those are named, and nothing is written", () => {
  const { tree, text, codes, exit, result } = run(estate([ONE], [TWO, ONE]), {}, identitiesOf("one"));
  expect(text).toBe(`not changed  ${DEV}\nnothing was written\n`);
  expect({ codes, exit, result, writes: tree.writes() }).toEqual({
    codes: ["JF321"],
    exit: 1,
    result: null,
    writes: 0,
  });
  const none = run(estate([ONE], [TWO, ONE]), {}, []);
  expect(none.text).toBe(`not changed  ${DEV}\nnot changed  ${PROD}\nnothing was written\n`);
  expect({ codes: none.codes, writes: none.tree.writes() }).toEqual({ codes: ["JF340"], writes: 0 });
});

test("a file that was changed without its key gets no new readers", () => {
  const texts = estate([TWO, THREE], [TWO, THREE]);
  texts[PROD] = texts[PROD]?.replace("warehouse", "wharehouse") ?? "";
  const { tree, codes } = run(texts);
  expect(codes).toContain("JF334");
  expect(tree.writes()).toBe(0);
});

test("who was taken out can still open what there is: that is said, with what is due", () => {
  const { diagnostics } = run(estate([TWO], [TWO]));
  expect(diagnostics).toMatchObject([
    { code: "JF392", severity: "warning", hint: expect.stringContaining(`jackfield secrets rotate ${PROD}`) },
  ]);
});

test("a new recipient is refused unless it is accepted, whoever lists it", () => {
  const reviewed = estate([ONE, TWO], [TWO]);
  const texts = estate([ONE, TWO, THREE], [TWO]);
  const refused = run(texts, {}, two, reviewed);
  expect({ codes: refused.codes, writes: refused.tree.writes() }).toEqual({ codes: ["JF390"], writes: 0 });
  const accepted = run(texts, { accepted: [THREE] }, two, reviewed);
  expect({ codes: accepted.codes, writes: accepted.tree.writes() }).toEqual({ codes: [], writes: 1 });
  // Nothing is sealed by looking.
  expect(run(texts, { check: true }, two, reviewed).codes).toEqual([]);
});

test.each([
  [
    "two sets of environments in one file",
    ["JF429"],
    (texts: Record<string, string>) => {
      const both = `${credentialYaml("{environment: production}", "canary-a")}---\n${credentialYaml("{environment: development}", "canary-b")}`;
      texts[PROD] = sealedFor(both, [TWO]);
    },
  ],
  [
    "an environment without recipients",
    ["JF432"],
    (texts: Record<string, string>) => {
      texts["jackfield.yaml"] = workspaceYaml([], [TWO]).replace("{recipients: []}", "{}");
    },
  ],
  [
    "a Deployment that cannot be read",
    ["JF201"],
    (texts: Record<string, string>) => {
      texts[PROD] = sealedFor(credentialYaml("{deployments: [prod]}", "canary-a"), [TWO]);
      texts["more.yaml"] =
        "apiVersion: jackfield.dev/v1\nkind: Deployment\nmetadata: {name: qa}\nspec: {environment: production, cluster: laptop, namespace: x, oops: 1}\n";
    },
  ],
  [
    "a document that does not parse",
    ["JF101"],
    (texts: Record<string, string>) => {
      texts["broken.yaml"] = "apiVersion: jackfield.dev/v1\nkind: [\n";
    },
  ],
  [
    "a Workspace that cannot be read",
    ["JF201"],
    (texts: Record<string, string>) => {
      texts["jackfield.yaml"] =
        texts["jackfield.yaml"]?.replace("  clusters:", "  oops: 1\n  clusters:") ?? "";
    },
  ],
  [
    "a Credential that nobody sealed",
    ["JF301"],
    (texts: Record<string, string>) => {
      texts["warehouse.all.sops.yaml"] = credentialYaml("{all: true}", "canary-c");
    },
  ],
] as const)("%s keeps everything from being written", (_, codes, spoil) => {
  const texts = estate([TWO, THREE], [TWO, THREE]);
  spoil(texts);
  for (const check of [false, true]) {
    const { tree, ...outcome } = run(texts, { check });
    expect({ codes: [...new Set(outcome.codes)], exit: outcome.exit, writes: tree.writes() }).toEqual({
      codes,
      exit: 1,
      writes: 0,
    });
  }
});

test("what has nothing to do with readers is in nobody's way", () => {
  const texts = {
    ...estate([TWO], [TWO]),
    "odd.yaml":
      "apiVersion: jackfield.dev/v1\nkind: Connection\nmetadata: {name: odd}\nspec: {type: homemade, sharing: all, extra: {nobody: knows}}\n",
  };
  expect(codesOf(new Map(Object.entries(texts)))).toContain("JF415");
  expect(run(texts).tree.writes()).toBe(1);
});

test("a file for nobody is left alone", () => {
  const texts = {
    ...estate([ONE, TWO], [TWO]),
    "x.sops.yaml": sealedFor(credentialYaml("{selector: {team: none}}", "canary-x"), [ONE]),
  };
  expect(run(texts).text).toBe(".sops.yaml\n  as jackfield.yaml says\n1 file changed\n");
});

test("a file that is not of a Workspace, or not there, is refused", () => {
  const { codes, exit } = run(
    { ...estate(), "other.yaml": sealedFor("a: 1\nsecrets: {b: c}\n", [TWO]) },
    { names: ["other.yaml", "nowhere.yaml"] },
  );
  expect({ codes: [...codes].sort(), exit }).toEqual({ codes: ["JF003", "JF022"], exit: 1 });
});

test("neither files nor --all is a wrong call that names both", () => {
  const { diagnostics, exit } = run(estate(), { names: [], all: false });
  expect(exit).toBe(2);
  expect(diagnostics).toMatchObject([{ code: "JF020", hint: expect.stringMatching(/files.*--all/) }]);
});

test("recipients that are no age keys are told, not dropped", () => {
  const pgp = "{pgp: 85D77543B3D624B63CEA9E6DBC17301B491B3F21}";
  const { codes, tree } = run(estate([TWO, pgp], [TWO]));
  expect({ codes, writes: tree.writes() }).toEqual({ codes: ["JF351"], writes: 0 });
});

test("key groups stay if they have the right recipients, else they are for the sops program", () => {
  const text = credentialYaml("{environment: production}", "canary-prod");
  const groups = [[ONE], [TWO]];
  const grouped = sealText({ path: PROD, text }, { groups, threshold: 1, now: NOW }).value ?? "";
  expect(run({ ...estate([ONE, TWO], [TWO]), [PROD]: grouped })).toMatchObject({
    codes: [],
    text: expect.stringMatching(/^\.sops\.yaml/),
  });
  const { codes, tree } = run({ ...estate([TWO], [TWO]), [PROD]: grouped });
  expect({ codes, writes: tree.writes() }).toEqual({ codes: ["JF356"], writes: 0 });
});

const OWN_RULE =
  "creation_rules:\n  - path_regex: \\.production\\.sops\\.yaml$\n    encrypted_regex: ^secrets$\n    age: ";

test("a .sops.yaml that Jackfield wrote is written anew, one of somebody's is only told about", () => {
  const texts = estate([TWO], [TWO]);
  const own = run(texts).tree.texts.get(".sops.yaml") ?? "";
  const stale = own.replaceAll(TWO, ONE);
  expect(run({ ...texts, ".sops.yaml": stale }).tree.texts.get(".sops.yaml")).toBe(own);
  const theirs = `# ours, by hand\n${OWN_RULE}${ONE}\n`;
  const { tree, codes, text } = run({ ...texts, ".sops.yaml": theirs });
  expect(tree.texts.get(".sops.yaml")).toBe(theirs);
  expect(codes).toEqual(["JF392", "JF394"]);
  expect(text).toContain(`.sops.yaml: by hand, to\n  creation_rules:\n    - path_regex: \\.production`);
});

test("a .sops.yaml of somebody's that still fits is not mentioned", () => {
  const theirs = `# ours, by hand\n${OWN_RULE}${TWO}\n`;
  const { text, codes } = run({ ...estate([TWO], [TWO]), ".sops.yaml": theirs });
  expect(text).not.toContain(".sops.yaml:");
  expect(codes).toEqual(["JF392"]);
});
