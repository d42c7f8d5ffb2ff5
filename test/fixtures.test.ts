import { join } from "node:path";
import { expect, test } from "vitest";
import { type Compiled, compile } from "../src/compile.ts";
import { type Code, catalog } from "../src/core/catalog.ts";
import { show } from "./support/diagnostics.ts";
import { casesOf, fixturePath, readTree } from "./support/fixture.ts";
import { listEffective } from "./support/listing.ts";

// The specification by example. `fixtures/compile` has a case for every sentence of the rules of resolution,
// `fixtures/codes` the smallest estate that gives each diagnostic. `vitest -u` writes what is expected.

function compileFixture(folder: string): Compiled {
  return compile(readTree(join(folder, "repo")));
}

test.each(casesOf("compile"))("compile: %s", async (name) => {
  const folder = fixturePath("compile", name);
  const compiled = compileFixture(folder);
  await expect(show(compiled)).toMatchFileSnapshot(join(folder, "expected", "diagnostics.txt"));
  await expect(listEffective(compiled)).toMatchFileSnapshot(join(folder, "expected", "effective.txt"));
});

/** Warnings that what gives the code always gives as well. */
const COMPANIONS: Readonly<Record<string, readonly Code[]>> = {
  // A file that no rule of theirs takes.
  JF314: ["JF376"],
  JF315: ["JF376"],
  // Only documents that nothing is made of.
  JF380: ["JF114"],
  // Only a type that nobody knows is written so.
  JF512: ["JF417"],
  // They are about delivery `env`.
  JF514: ["JF516"],
  JF515: ["JF516"],
};

test.each(casesOf("codes"))("code: %s", async (code) => {
  const folder = fixturePath("codes", code);
  const compiled = compileFixture(folder);
  const codes = new Set(compiled.diagnostics.map((diagnostic) => diagnostic.code));
  expect([...codes].sort()).toEqual([code, ...(COMPANIONS[code] ?? [])].sort());
  await expect(show(compiled)).toMatchFileSnapshot(join(folder, "expected", "diagnostics.txt"));
});

/** Codes that compiling text cannot give, and where they are tested. */
const ELSEWHERE: Readonly<Record<string, readonly Code[]>> = {
  "how a command is called, and what it may write: cli, init and build tests": [
    ...(["JF001", "JF002", "JF003", "JF004", "JF005", "JF006", "JF007"] as const),
    ...(["JF010"] as const),
  ],
  "merges, diffs and the editor: test/secrets and test/real": [
    ...(["JF040", "JF041", "JF042", "JF043", "JF044", "JF045", "JF046", "JF047", "JF048"] as const),
  ],
  "changes from tree to tree: test/change, test/real/change": [
    "JF009",
    "JF740",
    "JF741",
    "JF742",
    "JF748",
    "JF749",
  ],
  "previews: test/preview, test/real/preview": [
    ...(["JF780", "JF781", "JF782", "JF783", "JF784", "JF785", "JF786", "JF787", "JF788"] as const),
    ...(["JF789", "JF791", "JF792", "JF793", "JF794"] as const),
  ],
  "CODEOWNERS: test/codeowners": [
    ...(["JF800", "JF801", "JF802", "JF803", "JF804", "JF805", "JF806"] as const),
  ],
  "the GitHub Action: test/real/action-plan, action-apply": [
    ...(["JF746", "JF747", "JF766"] as const),
    ...(["JF745", "JF760", "JF761", "JF762", "JF763", "JF764", "JF765"] as const),
  ],
  "private keys in files that are not ours: private-keys and real/git tests": ["JF372"],
  "files as they lie on the disk: files, hostile and real/git tests": ["JF008", "JF103", "JF104", "JF116"],
  "commands that seal single secrets: secrets/set, unset and seal tests": [
    ...(["JF030", "JF031", "JF032", "JF033", "JF034", "JF035", "JF036", "JF037", "JF038", "JF039"] as const),
    ...(["JF395", "JF396"] as const),
  ],
  "what only the history of a file shows: sops/history and real/history tests": [
    ...(["JF385", "JF386", "JF387", "JF388", "JF389"] as const),
  ],
  "keys, and what only they show: test/sops": [
    ...(["JF311", "JF321", "JF322", "JF323", "JF325", "JF331", "JF332", "JF333", "JF334"] as const),
    ...(["JF340", "JF341", "JF342"] as const),
    ...(["JF350", "JF351", "JF352", "JF353", "JF354", "JF355", "JF356"] as const),
  ],
  "what comes of asking the `sops` program: sops-program and real/sops-program tests": [
    ...(["JF345", "JF346", "JF347", "JF348", "JF349"] as const),
  ],
  "which files verify, updatekeys and rotate work on: test/secrets": [
    ...(["JF020", "JF021", "JF022", "JF023", "JF024", "JF392", "JF393", "JF394"] as const),
  ],
  "what only the default branch shows: test/secrets": ["JF390", "JF391"],
  "no type of the catalogue has two methods that one set of fields fits: catalogue.test.ts": ["JF421"],
  "opened values and their sizes: emit tests": [
    ...(["JF501", "JF502", "JF503", "JF504", "JF505", "JF506", "JF507", "JF508", "JF509"] as const),
    ...(["JF518", "JF520", "JF521", "JF522"] as const),
  ],
  "namespaces of directory clusters: directory-namespaces.test.ts": ["JF738"],
  "directory clusters: directory.test.ts": [
    ...(["JF730", "JF731", "JF732", "JF733", "JF734", "JF735", "JF736", "JF737"] as const),
  ],
  "where Deployments were: places tests": ["JF600", "JF601"],
  "rails: plan/guard.test.ts": ["JF610", "JF611", "JF612", "JF613"],
  "what a plan finds in clusters, and what apply meets there: test/apply and test/cluster": [
    ...(["JF614", "JF615", "JF616", "JF617", "JF618", "JF619", "JF620", "JF621", "JF622"] as const),
    ...(["JF623", "JF624", "JF625", "JF626", "JF650", "JF651"] as const),
  ],
  "what doctor finds: test/doctor": [
    ...(["JF670", "JF671", "JF672", "JF673", "JF674", "JF675", "JF676", "JF677", "JF678"] as const),
    ...(["JF679", "JF680", "JF681", "JF682", "JF683", "JF684"] as const),
    ...(["JF685", "JF686", "JF687", "JF688", "JF689"] as const),
  ],
  "builds for Flux and Argo CD: build-for and real/flux tests": ["JF690", "JF691", "JF692", "JF693"],
  "Kubernetes clusters: test/kube and test/cluster": [
    ...(["JF700", "JF701", "JF702", "JF703", "JF704", "JF705", "JF706", "JF707", "JF708"] as const),
    ...(["JF709", "JF710", "JF711", "JF712", "JF713", "JF714", "JF715"] as const),
  ],
  "a defect of ours": ["JF901"],
};

test("every code has a fixture, or a reason", () => {
  const codes = Object.keys(catalog);
  const covered = [...casesOf("codes"), ...Object.values(ELSEWHERE).flat()];
  expect(codes.filter((code) => !covered.includes(code))).toEqual([]);
  expect(covered.filter((code, i) => !codes.includes(code) || covered.indexOf(code) !== i)).toEqual([]);
});
