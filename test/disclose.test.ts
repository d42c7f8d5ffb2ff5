import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { compile } from "../src/compile.ts";
import { lineStarts, type SourceFile } from "../src/core/source.ts";
import { parseFile } from "../src/parse/parse.ts";
import { disclose, discloseUnparsed, type TypeOfObject } from "../src/render/disclose.ts";
import { codeFrame, type Range } from "../src/render/frame.ts";
import { renderJson } from "../src/render/json.ts";
import { disclosure } from "../src/render/outcome.ts";
import { renderText } from "../src/render/text.ts";
import { GOOD } from "./support/documents.ts";

const TYPES: Readonly<Record<string, string>> = { "Connection/db": "postgres" };
const typeOfObject: TypeOfObject = (kind, id) => TYPES[`${kind}/${id}`];

function rangesOf(file: SourceFile): readonly Range[] {
  const parsed = parseFile(file).value;
  return parsed ? disclose(parsed, typeOfObject) : discloseUnparsed(file.text);
}

/** Every line of a file as a frame shows it. */
function shown(text: string): string {
  const file = { path: "a.yaml", text };
  const ranges = rangesOf(file);
  const lines = lineStarts(file).map((start) => codeFrame({ file, start, end: start }, ranges)[0] ?? "");
  return lines.map((line) => line.replace(/^ +\d+ \| ?/, "")).join("\n");
}

const head = (kind: string, name = "x") =>
  `apiVersion: jackfield.dev/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec:\n`;

const CASES: readonly (readonly [name: string, kind: string, spec: string, expected: string])[] = [
  [
    "plain fields of a known type",
    "Connection",
    "  type: postgres\n  host: db.internal\n  port: 5432\n  password: hunter2 # why\n",
    "  type: postgres\n  host: db.internal\n  port: 5432\n  password: •••\n",
  ],
  [
    "extra of a known type",
    "Connection",
    "  type: postgres\n  extra: {sslmode: require, sslpassword: abc, sslmod: xyz, mine: [a, {b: c}]}\n",
    "  type: postgres\n  extra: {sslmode: require, sslpassword: •••, sslmod: •••, •••: [•••, {•••: •••}]}\n",
  ],
  [
    "an unknown type",
    "Connection",
    "  type: custom\n  host: db\n  login: etl\n  password: x\n  schema: s\n  extra: {region: eu}\n",
    "  type: custom\n  host: db\n  login: etl\n  password: •••\n  schema: s\n  extra: {•••: •••}\n",
  ],
  [
    "a password inside a host, and a private key",
    "Connection",
    "  type: postgres\n  host: https://me:hun/ ter2@db\n  schema: me:hunter2@db\n  login: AGE-SECRET-KEY-1QQQ\n",
    "  type: postgres\n  host: •••\n  schema: •••\n  login: •••\n",
  ],
  [
    "misspelt keys",
    "Connection",
    "  type: postgres\n  hots: db.internal\n  hunter2hunter2: db.internal\n",
    "  type: postgres\n  hots: •••\n  •••: •••\n",
  ],
  [
    "an inline Link",
    "Connection",
    "  type: postgres\n  links:\n    - to: {environment: dev, selector: {team: bi}}\n      overrides: {host: h, password: p, unset: [port]}\n",
    "  type: postgres\n  links:\n    - to: {environment: dev, selector: {team: bi}}\n      overrides: {host: h, password: •••, unset: [port]}\n",
  ],
  [
    "another type in overrides",
    "Connection",
    "  type: postgres\n  links: [{to: {all: true}, overrides: {type: http, extra: {sslmode: require}}}]\n",
    "  type: postgres\n  links: [{to: {all: true}, overrides: {type: http, extra: {•••: •••}}}]\n",
  ],
  [
    "exclude, plain, protect, sharing",
    "Connection",
    "  type: http\n  exclude: [dev, {cluster: eu, password: p}]\n  plain: [extra.mine]\n  protect: true\n  sharing: all\n",
    "  type: http\n  exclude: [dev, {cluster: eu, password: •••}]\n  plain: [extra.mine]\n  protect: true\n  sharing: all\n",
  ],
  [
    "a Variable",
    "Variable",
    "  value: {password: p, host: h}\n  host: h\n  links: [{to: {all: true}, overrides: {value: v, host: h}}]\n",
    "  value: {•••: •••, •••: •••}\n  host: •••\n  links: [{to: {all: true}, overrides: {value: •••, host: •••}}]\n",
  ],
  [
    "a Link of a known Connection",
    "Link",
    "  connection: db\n  to: {deployments: [prod]}\n  overrides: {host: h, extra: {sslmode: require, mine: x}}\n",
    "  connection: db\n  to: {deployments: [prod]}\n  overrides: {host: h, extra: {sslmode: require, •••: •••}}\n",
  ],
  [
    "a Link of a Variable",
    "Link",
    "  variable: v\n  to: {deployments: [prod]}\n  overrides: {value: x, host: y}\n",
    "  variable: v\n  to: {deployments: [prod]}\n  overrides: {value: •••, host: •••}\n",
  ],
  [
    "a Credential",
    "Credential",
    "  connection: db\n  for: {previewsOf: [prod]}\n  secrets: {host: h, password: p, extra: {sslmode: s, mine: m}}\n",
    "  connection: db\n  for: {previewsOf: [prod]}\n  secrets: {host: •••, password: •••, extra: {sslmode: •••, •••: •••}}\n",
  ],
  [
    "policy, and what is in the wrong place there",
    "Deployment",
    "  environment: prod\n  airflow: {version: '3.1', password: p}\n  host: h\n  paused: INC-42\n",
    "  environment: prod\n  airflow: {version: '3.1', password: •••}\n  host: •••\n  paused: INC-42\n",
  ],
  [
    "a Workspace",
    "Workspace",
    "  environments: {prod: {recipients: [age1x, {kms: {arn: a, b: c}}], secrets: s}}\n  prune: {max: 20%}\n",
    "  environments: {prod: {recipients: [age1x, {kms: {arn: a, •••: •••}}], secrets: •••}}\n  prune: {max: 20%}\n",
  ],
  ["an unknown kind", "Conection", "  type: postgres\n  host: h\n", "  •••: •••\n  •••: •••\n"],
  [
    "anchors, tags and aliases",
    "Connection",
    "  type: postgres\n  host: &a db\n  login: *a\n  mine: &b {sslmode: x}\n  extra: *b\n  schema: !!str s\n",
    "  type: postgres\n  host: ••• db\n  login: •••\n  •••: ••• {•••: •••}\n  extra: •••\n  schema: ••• s\n",
  ],
  [
    "punctuation in scalars and comments",
    "Variable",
    "  value: |\n    {}[] - ? :\n    , : [\n# {} - [\n",
    "  value: •••\n    •••\n    •••\n•••\n",
  ],
];

test.each(CASES)("%s", (_, kind, spec, expected) => {
  expect(shown(head(kind) + spec)).toBe(head(kind) + expected);
});

test("every word of a good policy is shown", () => {
  for (const kind of ["Workspace", "Deployment"]) {
    const lines = (GOOD[kind] ?? "").split("\n").filter((line) => line.length <= 100);
    expect(shown(lines.join("\n"))).toBe(lines.join("\n"));
  }
});

test("a comment on a block of text that may be shown", () => {
  const spec = "metadata:\n  name: x\n  description: |- # why\n    Some # text\nspec: {}\n";
  expect(shown(`apiVersion: jackfield.dev/v1\nkind: Connection\n${spec}`)).toContain(
    "description: |- •••\n    Some # text\n",
  );
});

test("of other tools' documents, punctuation only", () => {
  expect(shown("apiVersion: v1\nkind: Secret\ndata: {password: cA==}\n")).toBe(
    "•••: •••\n•••: •••\n•••: {•••: •••}\n",
  );
});

test("of a file that does not parse, words of ours at the beginning of a line", () => {
  expect(shown("kind: Connection\nspec: {\n  - host: h : [x]\n  hots: y\n\tpassword : z\n# host: a\n")).toBe(
    "kind: •••\nspec: •••\n  - host: •••\n  •••\n\t•••\n•••\n".replace("\t", " "),
  );
});

/** `%` is where the canary stands. */
const PLACES: readonly string[] = [
  "%: 1\n",
  "% # apiVersion: jackfield.dev/v1\n",
  `${head("Connection")}  type: postgres\n  %: db\n`,
  `${head("Connection")}  type: postgres\n  host%: db\n`,
  `${head("Connection")}  type: postgres\n  hots: %\n`,
  `${head("Connection")}  type: postgres\n  password: %\n`,
  `${head("Connection")}  type: postgres\n  value: %\n`,
  `${head("Connection")}  type: postgres\n  secrets: {password: %}\n`,
  `${head("Connection")}  type: postgres\n  extra: {%: 1}\n`,
  `${head("Connection")}  type: postgres\n  extra: {sslpassword: %, mine: %}\n`,
  `${head("Connection")}  type: postgres\n  extra: {sslmode: {%: %}}\n`,
  `${head("Connection")}  type: postgres\n  extra: %\n`,
  `${head("Connection")}  type: postgres\n  host: {%: %}\n`,
  `${head("Connection")}  type: postgres\n  host: "postgres://u:%@h"\n`,
  `${head("Connection")}  type: postgres\n  host: db # %\n`,
  `${head("Connection")}  type: postgres\n  host: &% db\n  login: *%\n`,
  `${head("Connection")}  type: postgres\n  host: !<tag:%> db\n`,
  `${head("Connection")}  type: postgres\n  host: !% db\n`,
  `${head("Connection")}  type: postgres\n  mine: &a %\n  host: *a\n`,
  `${head("Connection")}  type: postgres\n  links: [{to: {password: %}, overrides: {password: %}}]\n`,
  `${head("Connection")}  type: postgres\n  links: [{to: %, overrides: %}]\n`,
  `${head("Connection")}  type: postgres\n  links: %\n`,
  `${head("Connection")}  type: postgres\n  ? [%]\n  : %\n`,
  `${head("Connection")}  type: postgres\n  ? {%: %}\n`,
  `${head("Connection")}  type: postgres\n  host: [\n  login: %\n`,
  `${head("Connection")}  type: postgres\n  host: db\n login: %\n`,
  `${head("Connection")}  type: postgres\n  host: "%\n`,
  `${head("Connection")}  type: postgres\n  host: a\n  host: b\n  password: %\n  password: %\n`,
  `${head("Connection")}  type: postgres\n  <<: {password: %}\n`,
  `${head("Connection")}  type: postgres\n% text\n`,
  `${head("Connection")}  %\n`,
  `${head("Connection")}  type: postgres\n--- # %\n%\n--- %\n...\n# %\n`,
  `# %\n%YAML 1.2\n---\n${head("Connection")}  type: http\n`,
  `${head("Variable")}  value: %\n`,
  `${head("Variable")}  value: {%: [%, {a: %}]}\n`,
  `${head("Variable")}  value: |-\n    - %\n    {%}\n`,
  `${head("Variable")}  value: >\n    a\n\n    %: %\n`,
  `${head("Variable")}  value: 'a\n    % b\n    % c'\n`,
  `${head("Variable")}  host: %\n  type: http\n`,
  `${head("EnvironmentVariable")}  value: %\n`,
  `${head("Link")}  variable: x\n  to: {all: true}\n  overrides: {value: %, host: %}\n`,
  `${head("Link")}  connection: x\n  variable: x\n  to: {all: true}\n  overrides: {host: %}\n`,
  `${head("Link")}  connection: x\n  to: {all: true}\n  overrides: {password: %, %: %}\n`,
  `${head("Credential")}  connection: x\n  for: {all: true}\n  secrets: {host: %, %: %, extra: {%: %}}\n`,
  `${head("Credential")}  connection: x\n  for: {all: true}\n  secrets: %\n`,
  `${head("Credential")}  connection: x\n  for: {all: true}\n  password: %\nsops: {%: %}\n`,
  `${head("Workspace")}  %: %\n  password: %\n`,
  `${head("Workspace")}  environments: {p: {recipients: [AGE-SECRET-KEY-1%]}}\n`,
  `${head("Deployment")}  secrets: {password: %}\n  extra: {%: %}\n`,
  "apiVersion: jackfield.dev/v1\nkind: Connection\nmetadata: {name: x, password: %, %: x}\nspec: {type: http}\n",
  "apiVersion: jackfield.dev/v1\nkind: Connection\nmetadata: {name: x}\nspec: {type: http}\nstatus: %\n%: x\n",
  "apiVersion: jackfeild.dev/v1\nkind: Connection\nspec: {password: %, host: %}\n",
  "kind: Connection\nmetadata: {name: x}\nspec: {host: %}\n",
  "apiVersion: v1\nkind: Secret\nstringData: {host: %}\n---\napiVersion: jackfield.dev/v1\nkind: Link\nspec: %\n",
];

const POLICY: SourceFile = {
  path: "jackfield.yaml",
  text: `${head("Workspace", "analytics")}  environments: {p: {}}\n  clusters: {c: {context: c}}\n---\n${head("Deployment", "prod")}  {environment: p, cluster: c, namespace: n}\n`,
};

/** What a secret may be like; `canary` is looked for, whatever stands around it. */
const CANARY = "zqCANARYqz";
const STYLES: readonly string[] = [CANARY, `'${CANARY}'`, `"${CANARY}"`, `x-${CANARY}:y`, `{${CANARY}: 1}`];

test.each(PLACES.map((template) => [template]))(
  "no output shows a secret, whatever its place: %#",
  (template) => {
    for (const style of STYLES) {
      const file = {
        path: "x.yaml",
        text: template.replaceAll("%", () => style).replace(/^.*YAML 1/, "%YAML 1"),
      };
      const compiled = compile([POLICY, file]);
      const disclosed = disclosure(compiled);
      for (const ranges of [rangesOf(file), disclosed(file)]) {
        for (let start = 0; start <= file.text.length; start++) {
          expect(codeFrame({ file, start, end: start + 3 }, ranges).join("\n")).not.toContain(CANARY);
        }
      }
      expect(renderText(compiled.diagnostics, { color: false, disclosed })).not.toContain(CANARY);
      expect(renderJson("validate", "0", compiled.diagnostics, null)).not.toContain(CANARY);
    }
  },
);

/** YAML of any shape with the canary in every key and leaf. */
const anyValue = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(CANARY, `${CANARY}\n- {}\n`, ` ${CANARY}: ${CANARY}`, `# ${CANARY}`, `*${CANARY}`),
    fc.array(tie("node"), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(CANARY, "host", "extra", "password", "to", `- ${CANARY}`, `${CANARY}\n${CANARY}`),
      tie("node"),
      { maxKeys: 3, noNullPrototype: true },
    ),
  ),
})).node;

const SECRET_PLACES = ["value", "spec.value", "spec.secrets", "spec.extra.mine", "data", "spec.unknownword"];

function documentWith(kind: string, place: string, value: unknown): Record<string, unknown> {
  const [first = "", second, third] = place.split(".");
  const inner = third === undefined ? value : { [third]: value };
  const below = second === undefined ? value : { type: "postgres", connection: "db", [second]: inner };
  return { apiVersion: "jackfield.dev/v1", kind, metadata: { name: "x" }, [first]: below };
}

test("no frame shows anything of what is secret or unknown, however it is written", () => {
  const kinds = fc.constantFrom(
    "Connection",
    "Variable",
    "Link",
    "Credential",
    "Workspace",
    "Deployment",
    "Other",
  );
  const layout = fc.record({ flow: fc.boolean(), lineWidth: fc.constantFrom(0, 20, 80) });
  const broken = fc.constantFrom("", "\n  - [", "\n\t: '", `\n# ${CANARY}`, `\n${CANARY}: [`);
  fc.assert(
    fc.property(
      kinds,
      fc.constantFrom(...SECRET_PLACES),
      anyValue,
      layout,
      broken,
      (kind, place, value, how, end) => {
        const options = { collectionStyle: how.flow ? "flow" : "block", lineWidth: how.lineWidth } as const;
        const text = stringify(documentWith(kind, place, value), options) + end;
        expect(shown(text)).not.toContain(CANARY);
      },
    ),
    { numRuns: 1_000 },
  );
});

test("any text at all: every range lies in the file, and no word of a file that is not ours is shown", () => {
  const line = fc.string({
    unit: fc.constantFrom(
      "a",
      "Z",
      "0",
      ":",
      " ",
      "-",
      "{",
      "}",
      "[",
      "]",
      "#",
      "'",
      '"',
      "&",
      "*",
      "!",
      "|",
      "\n",
      "\t",
    ),
    maxLength: 60,
  });
  fc.assert(
    fc.property(line, (text) => {
      for (const { start, end } of rangesOf({ path: "a.yaml", text })) {
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(text.length);
      }
      expect(shown(text)).not.toMatch(/[aZ0#&*!|'"]/);
    }),
    { numRuns: 1_000 },
  );
});
