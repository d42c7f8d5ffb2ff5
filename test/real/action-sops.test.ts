import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createSopsProgram } from "../../src/node/sops-program.ts";
import { sealByProgram } from "../../src/sops/by-program.ts";
import { SCOPE } from "../../src/sops/lint.ts";
import { makeGpgHome } from "../support/gpg.ts";
import { makePullRepo } from "../support/pull-repo.ts";

// A recipient that only the `sops` program serves, in the Action: with the real `sops` and `gpg` on the PATH.

const folder = mkdtempSync(join(tmpdir(), "jf-"));
const gpg = makeGpgHome(folder);
afterAll(() => {
  gpg.close();
  rmSync(folder, { recursive: true });
});

const CANARY = "canary-for-pgp-alone";

function credential(): string {
  const text = `apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: warehouse
  for: {environment: production}
  secrets: {password: ${CANARY}}
`;
  const recipients = [{ kind: "pgp", id: gpg.fingerprint }];
  const { value } = sealByProgram(
    { path: "x.yaml", text },
    recipients,
    createSopsProgram("sops", gpg.env),
    SCOPE,
  );
  return value ?? "";
}

const POLICY = `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: main}
spec:
  environments: {production: {recipients: [{pgp: ${gpg.fingerprint}}]}}
  clusters: {folder: {directory: .jackfield/clusters}}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: prod}
spec: {environment: production, cluster: folder, namespace: prod}
`;

const CONNECTION = `apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: warehouse}
spec: {type: postgres, auth: password, sharing: all, host: db.example.com, login: etl, schema: main}
`;

test("apply opens by PGP what was sealed for PGP, if it may run sops, and else says what is missing", async () => {
  const made = await makePullRepo({ ".gitignore": ".jackfield/\n", "jackfield.yaml": POLICY });
  try {
    const number = made.open({ "a.yaml": CONNECTION, "a.production.sops.yaml": credential() });
    // Without any key, and without the program.
    expect((await made.run(number)).exit).toBe(0);
    made.merge(number);
    const inputs = { command: "apply" };
    const without = await made.apply({ inputs, env: gpg.env });
    expect([without.exit, without.log.includes("JF3")]).toEqual([1, true]);
    const done = await made.apply({ inputs: { ...inputs, sops: "sops" }, env: gpg.env });
    expect([done.exit, done.outputs.create]).toEqual([0, "1"]);
    const path = join(made.repo.root, ".jackfield/clusters/prod/jackfield-prod/connections.json");
    expect(readFileSync(path, "utf8")).toContain(CANARY);
    expect(done.masks).toContain(CANARY);
    expect(done.log + done.summary + JSON.stringify([...made.github.state.comments])).not.toContain(CANARY);
  } finally {
    await made.close();
  }
});
