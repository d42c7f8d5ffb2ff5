import { expect, test } from "vitest";
import { verify } from "../../src/commands/secrets/verify.ts";
import type { Identity } from "../../src/sops/identities.ts";
import { casesOf } from "../support/fixture.ts";
import { expectedOf, identitiesOf, sealedText } from "../support/sealed-files.ts";
import { credentialYaml, estate, ONE, sealedFor, TWO, treeOf } from "../support/secrets-ports.ts";

const one = identitiesOf("one");
const two = identitiesOf("two");

function run(
  texts: Readonly<Record<string, string>>,
  keys: readonly Identity[],
  names: readonly string[] | "all",
  workspace?: string,
) {
  const tree = treeOf(texts, keys);
  const wanted = names === "all" ? { names: [], all: true } : { names, all: false };
  const outcome = verify(tree, wanted, { workspace });
  expect(tree.writes()).toBe(0);
  expect(JSON.stringify(outcome.result) + outcome.text).not.toContain("canary");
  const codes = outcome.diagnostics.map(({ code }) => code);
  return { ...outcome, codes, tree };
}

test("all sealed files, one line each", () => {
  const { text, codes, exit, result } = run(estate(), two, "all");
  expect({ text, codes, exit }).toMatchInlineSnapshot(`
    {
      "codes": [],
      "exit": undefined,
      "text": "ok  warehouse.development.sops.yaml  1 value  1 recipient   last modified 2026-01-01T00:00:00Z
    ok  warehouse.production.sops.yaml   1 value  2 recipients  last modified 2026-01-01T00:00:00Z
    2 files: 2 ok
    ",
    }
  `);
  expect(result).toMatchInlineSnapshot(`
    {
      "files": [
        {
          "file": "warehouse.development.sops.yaml",
          "lastModified": "2026-01-01T00:00:00Z",
          "recipients": 1,
          "values": 1,
          "verdict": "ok",
        },
        {
          "file": "warehouse.production.sops.yaml",
          "lastModified": "2026-01-01T00:00:00Z",
          "recipients": 2,
          "values": 1,
          "verdict": "ok",
        },
      ],
    }
  `);
});

test("a file that no key opens is named and counted apart, and the others are still verified", () => {
  const { text, codes, exit } = run(estate(), one, "all");
  expect({ text, codes, exit }).toMatchInlineSnapshot(`
    {
      "codes": [
        "JF321",
      ],
      "exit": 1,
      "text": "no key  warehouse.development.sops.yaml
    ok      warehouse.production.sops.yaml   1 value  2 recipients  last modified 2026-01-01T00:00:00Z
    2 files: 1 ok, 1 that no key at hand opens
    ",
    }
  `);
});

test("without any key that is told once, with where keys were looked for", () => {
  const { text, diagnostics, exit } = run(estate(), [], "all");
  expect(diagnostics.map(({ code, hint }) => [code, hint])).toMatchInlineSnapshot(`
    [
      [
        "JF340",
        "set \`SOPS_AGE_KEY\` or \`SOPS_AGE_KEY_FILE\`; looked in \`SOPS_AGE_KEY\`",
      ],
    ]
  `);
  expect(exit).toBe(1);
  expect(text).toContain("2 files: 0 ok, 2 that no key at hand opens");
});

test("several that no key opens are told once, with the keys that were tried", () => {
  const { diagnostics } = run(estate(), identitiesOf("three"), "all");
  expect(diagnostics.map(({ code, message, hint }) => ({ code, message, hint }))).toMatchInlineSnapshot(`
    [
      {
        "code": "JF393",
        "hint": "the keys at hand are those of age1gylyp5ew557peumldlzc0rjaf6h4vaj0rrphlj85hma7q35ldens65f6tr",
        "message": "no key at hand opens 2 of these files",
      },
    ]
  `);
});

test("a change without the key is told with its place", () => {
  const texts = estate();
  const path = "warehouse.production.sops.yaml";
  texts[path] = texts[path]?.replace("connection: warehouse", "connection: other") ?? "";
  const { codes, exit, text } = run(texts, two, [path]);
  expect({ codes, exit }).toEqual({ codes: ["JF334"], exit: 1 });
  expect(text).toBe(`failed  ${path}\n1 file: 0 ok, 1 failed\n`);
});

test("of ours also what needs no key: what validate says of the file", () => {
  const texts = estate([ONE], [TWO]);
  const { codes, exit, text } = run(texts, two, "all");
  expect(codes).toEqual(["JF431"]);
  expect(text).toMatch(/^ok {6}warehouse\.development.*\nfailed {2}warehouse\.production/);
  expect(exit).toBe(1);
});

test("a Credential that nobody sealed is named", () => {
  const path = "warehouse.staging.sops.yaml";
  const texts = { ...estate(), [path]: credentialYaml("{deployments: [dev]}", "canary-plain") };
  for (const names of ["all", [path]] as const) {
    const { codes, text, exit } = run(texts, two, names);
    expect(codes).toContain("JF301");
    expect(codes).not.toContain("JF302");
    expect(text).toContain(`failed  ${path}`);
    expect(exit).toBe(1);
  }
});

test("a file of ours that does not parse is no silence", () => {
  const texts = { ...estate(), "broken.sops.yaml": `${estate()["warehouse.production.sops.yaml"]}}: [` };
  expect(run(texts, two, "all").codes).toContain("JF101");
});

test.each(casesOf("sops"))(
  "fixture %s: what the key shows, and what the lint says of a Credential",
  (name) => {
    const { open, lint: own, values } = expectedOf(name);
    // By another rule its kind is sealed too, and nobody can tell that it is ours.
    const lint = sealedText(name).includes("kind: Credential") ? own : [];
    const { codes, exit, result } = run(
      { "x.yaml": sealedText(name) },
      identitiesOf("one", "three", "quantum"),
      ["x.yaml"],
    );
    // One that is not sealed at all is not opened.
    const expected = open === "ok" || lint.includes("JF301") ? lint : [...lint, open];
    expect([...new Set(codes)].sort()).toEqual([...new Set(expected)].sort());
    expect(exit).toBe(expected.length === 0 ? undefined : 1);
    if (open === "ok") expect(result).toMatchObject({ files: [{ values: values.length }] });
  },
);

test("JSON is verified too; other formats are not read", () => {
  const text = sealedFor('{"host": "h", "secrets": {"a": "canary", "n": 12}}', [ONE], "x.json");
  expect(run({ "x.json": text }, one, ["x.json"]).text).toMatch(/^ok {2}x\.json {2}2 values {2}1 recipient /);
  expect(run({ "x.env": "A=canary" }, one, ["x.env"]).codes).toEqual(["JF023"]);
});

test("a file that is not there does not keep the others from being verified", () => {
  const { text, codes, exit } = run(estate(), two, ["nowhere.yaml", "warehouse.development.sops.yaml"]);
  expect({ codes, exit }).toEqual({ codes: ["JF003"], exit: 1 });
  expect(text).toMatch(/failed {2}nowhere\.yaml\nok/);
});

test("neither files nor --all, or both, is a wrong call", () => {
  expect(run(estate(), two, [])).toMatchObject({ codes: ["JF020"], exit: 2 });
  const both = verify(treeOf(estate(), two), { names: ["x"], all: true }, {});
  expect(both).toMatchObject({ exit: 2, diagnostics: [{ code: "JF021" }] });
});

test("named files need no Workspace, and nothing else is read", () => {
  const tree = treeOf({ "x.yaml": sealedText("simple") }, one);
  const files = { scan: () => expect.unreachable("scanned") };
  expect(verify({ ...tree, files }, { names: ["x.yaml"], all: false }, {}).exit).toBeUndefined();
});

test("--workspace leaves out the files of others", () => {
  const texts = Object.fromEntries(
    ["one", "two"].flatMap((name) =>
      Object.entries(estate()).map(([path, text]) => [
        `${name}/${path}`,
        text.replace("name: main", `name: ${name}`),
      ]),
    ),
  );
  const { text } = run(texts, two, "all", "one");
  expect(text).toContain("one/warehouse.production.sops.yaml");
  expect(text).not.toContain("two/");
});

test("progress is told file by file, and ended", () => {
  const { tree } = run(estate(), two, "all");
  expect(tree.reports).toEqual([
    "0/2 warehouse.development.sops.yaml",
    "1/2 warehouse.production.sops.yaml",
    "2/2 ",
  ]);
});

test("a name that speaks to the terminal is shown harmless", () => {
  const name = "a\u001b[2J\nb.yaml";
  expect(run({ [name]: sealedText("simple") }, one, [name]).text).toContain("a<U+001B>[2J<U+000A>b.yaml");
});
