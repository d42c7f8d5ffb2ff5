import { afterEach, beforeEach, expect, test } from "vitest";
import { connections, type LiveEstate, makeLiveEstate, workspaceText } from "../support/live-estate.ts";

// Builds that other engines take. Those for Flux are opened by the real `sops` in real/flux.test.ts.

const VARIABLE = `apiVersion: jackfield.dev/v1
kind: Variable
metadata: {name: region}
spec: {value: eu}
`;

let estate: LiveEstate;

beforeEach(() => {
  const workspace = workspaceText({ cluster: "{directory: .jackfield/laptop}" });
  estate = makeLiveEstate({ "jackfield.yaml": workspace, ...connections("a") });
});
afterEach(() => estate.remove());

const argocd = (...args: readonly string[]) => estate.jackfield("build", "--for", "argocd", ...args);

test("for Argo CD: the plain Secrets of one Deployment, on standard output alone", () => {
  const { status, out, err } = argocd("--deployment", "prod", "--accept-plain-cache");
  expect([status, err]).toEqual([0, ""]);
  expect(out).toMatch(/^apiVersion: v1\nkind: Secret\n/);
  const [, data = ""] = /"connections.json": "([^"]+)"/.exec(out) ?? [];
  expect(Buffer.from(data, "base64").toString()).toContain('"password":"canary-of-a"');
  expect(estate.must("status", "--short")).toBe("");
});

test.each([
  [["--accept-plain-cache"], "JF691"],
  [["--deployment", "prod"], "JF693"],
  [["--deployment", "nowhere", "--accept-plain-cache"], "JF002"],
])("for Argo CD, called wrongly, nothing is printed: %j", (args, code) => {
  const { status, out, err } = argocd(...args);
  expect([status, out]).toEqual([2, ""]);
  expect(err).toContain(code);
});

test("with an error nothing is printed either", () => {
  estate.env.SOPS_AGE_KEY = "";
  const { status, out, err } = argocd("--deployment", "prod", "--accept-plain-cache");
  expect([status, out]).toEqual([1, ""]);
  expect(err).toContain("JF340");
});

test("for nobody we know", () => {
  const { status, err } = estate.jackfield("build", "--for", "helm");
  expect([status, err.includes("JF624")]).toEqual([2, true]);
});

test("for Flux, a recipient that we cannot seal for is told", () => {
  const arn = "arn:aws:kms:eu-west-1:123456789012:key/x";
  const workspace = workspaceText({ cluster: "{directory: .jackfield/laptop}" });
  const bare = makeLiveEstate({
    "jackfield.yaml": workspace.replace("recipients: [", `recipients: [{kms: "${arn}"}, `),
    "region.yaml": VARIABLE,
  });
  const { status, err } = bare.jackfield("build", "--for", "flux");
  expect([status, err.includes("JF690")]).toEqual([1, true]);
  bare.remove();
});
