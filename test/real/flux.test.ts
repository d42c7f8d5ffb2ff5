import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  connections,
  credentialText,
  type LiveEstate,
  makeLiveEstate,
  workspaceText,
} from "../support/live-estate.ts";

// What Flux would do with a build for it: the real `sops` opens every file, and finds the Secrets that `build` writes.

let estate: LiveEstate;

beforeEach(() => {
  const workspace = workspaceText({ cluster: "{directory: .jackfield/laptop}", delivery: "kubernetes" });
  estate = makeLiveEstate({ "jackfield.yaml": workspace, ...connections("a", "b") });
});
afterEach(() => estate.remove());

const VARIABLE = `apiVersion: jackfield.dev/v1
kind: Variable
metadata: {name: region}
spec: {value: eu}
`;

const FOLDER = "flux/analytics/prod";

function decrypted(name: string): string {
  const args = ["decrypt", "--output-type", "yaml", join(estate.root, FOLDER, name)];
  const { status, stdout, stderr, error } = spawnSync("sops", args, { env: estate.env, encoding: "utf8" });
  if (error || status !== 0) throw error ?? new Error(stderr);
  return stdout;
}

function sealedFiles(): readonly string[] {
  return readdirSync(join(estate.root, FOLDER)).filter((name) => name.endsWith(".sops.yaml"));
}

test("each file is one Secret, which sops opens as build writes it, and of which only the values are sealed", () => {
  expect(estate.jackfield("build", "--for", "flux").status).toBe(0);
  expect(estate.jackfield("build").status).toBe(0);
  const plain = readFileSync(join(estate.root, ".jackfield/build/analytics/prod/secrets.yaml"), "utf8");
  const bare = (text: string) => text.replaceAll(/"/g, "").replaceAll(/^ +/gm, " ").trim();
  const files = sealedFiles();
  expect(files).toHaveLength(2);
  expect(files.map((name) => bare(decrypted(name))).sort()).toEqual(plain.split("---\n").map(bare).sort());
  for (const name of files) {
    const text = estate.read(`${FOLDER}/${name}`);
    expect(text).toContain('name: "jackfield-prod-');
    expect(text).toMatch(/"value": ENC\[/);
    expect(text).not.toContain("canary");
  }
  expect(estate.read(`${FOLDER}/kustomization.yaml`)).toBe(
    `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${files.map((name) => `  - ${name}\n`).join("")}`,
  );
});

test("what did not change stays as it is, to the byte", () => {
  estate.jackfield("build", "--for", "flux");
  estate.commit("flux");
  expect(estate.jackfield("build", "--for", "flux").status).toBe(0);
  expect(estate.must("status", "--short")).toBe("");
  estate.change({ "connections/a.production.sops.yaml": credentialText("a", "another") });
  expect(estate.jackfield("build", "--for", "flux").status).toBe(0);
  expect(estate.must("status", "--short").trim().split("\n")).toEqual([
    expect.stringMatching(/^M flux\/analytics\/prod\/jackfield-prod-a-/),
  ]);
});

test("a recipient that nobody reviewed takes a word", () => {
  const workspace = workspaceText({ cluster: "{directory: .jackfield/laptop}" });
  const bare = makeLiveEstate({ "jackfield.yaml": workspace, "region.yaml": VARIABLE });
  const other = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";
  bare.write("jackfield.yaml", workspace.replace(/recipients: \[/, `recipients: [${other}, `));
  const { status, err } = bare.jackfield("build", "--for", "flux");
  expect([status, err.includes("JF390")]).toEqual([1, true]);
  expect(bare.jackfield("build", "--for", "flux", "--accept-recipient", other).status).toBe(0);
  bare.remove();
});
