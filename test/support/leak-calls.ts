import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { PROD, prod, QUOTED, typo } from "./leak-estate.ts";
import { KEY, SECRET } from "./leaks.ts";
import type { Call } from "./sandbox.ts";
import { CONNECTION, credentialYaml, ONE, sealedFor, TWO, workspaceYaml } from "./secrets-ports.ts";

/** Calls that are wrong, or whose files are. `KEY` in place of a word: pasted by mistake. */
export const CALLS: Readonly<
  Record<string, Omit<Call, "files"> & { readonly files?: Readonly<Record<string, string | Uint8Array>> }>
> = {
  "no command": { args: [KEY] },
  "no command below secrets": { args: ["secrets", KEY] },
  "no option": { args: ["validate", `--${KEY}`] },
  "no format": { args: ["validate", "--format", KEY] },
  "no folder": { args: ["validate", "-C", KEY] },
  "no Workspace": { args: ["validate", "--workspace", KEY] },
  "no Deployment": { args: ["build", "--deployment", KEY] },
  "no object": { args: ["explain", KEY, "--deployment", "prod"] },
  "no type": { args: ["types", KEY] },
  "no kind": { args: ["schema", KEY] },
  "no shell": { args: ["completion", KEY] },
  "too many words": { args: ["validate", KEY, KEY] },
  "out is taken": { args: ["build", "--out", "taken"], files: { taken: SECRET } },
  "out holds files of others": { args: ["build", "--out", "taken"], files: { "taken/main/notes": SECRET } },
  "out cannot be": { args: ["build", "--out", "/dev/full/out"] },
  "init where something is": { args: ["init"] },
  "a key file that is there": { args: ["secrets", "keygen", "--out", "keys"], files: { keys: KEY } },
  "a key file in no folder": { args: ["secrets", "keygen", "--out", "keys/x"], files: { keys: KEY } },
  "a new key": { args: ["secrets", "keygen", "--out", "keys"] },
  "no files": { args: ["secrets", "verify"] },
  "files and all": { args: ["secrets", "rotate", "--all", KEY] },
  "no such file": { args: ["secrets", "verify", KEY] },
  "no such format": { args: ["secrets", "verify", "secret.env"], files: { "secret.env": SECRET } },
  "no text": {
    args: ["secrets", "verify", "bytes.yaml"],
    files: { "bytes.yaml": Buffer.from([0xff, 0xfe]) },
  },
  "no file of ours": {
    args: ["secrets", "updatekeys", "other.yaml"],
    files: { "other.yaml": prod.replace("jackfield.dev/v1", "v1") },
  },
  "somebody else's file": {
    args: ["secrets", "rotate", "other.yaml"],
    files: { "other.yaml": prod.replace("jackfield.dev/v1", "v1") },
  },
  "a key for a recipient": { args: ["secrets", "rotate", "--all", "--accept-recipient", KEY] },
  "a reader less": {
    args: ["secrets", "updatekeys", "--all"],
    files: { "jackfield.yaml": workspaceYaml([TWO], [ONE, TWO]) },
  },
  "a .sops.yaml of one's own": {
    args: ["secrets", "updatekeys", "--all"],
    files: { ".sops.yaml": `# ${SECRET}\ncreation_rules: [{age: ${TWO}, encrypted_regex: ^secrets$}]\n` },
  },
  "edit what is not there": { args: ["secrets", "edit", `${KEY}/x.yaml`] },
  "edit what is elsewhere": { args: ["secrets", "edit", "../home/x.yaml"] },
  "no repository": { args: ["secrets", "install-git"] },
  "textconv of nothing": { args: ["secrets", "textconv", "nowhere"] },
  "textconv of bytes": {
    args: ["secrets", "textconv", "bytes"],
    files: { bytes: Buffer.from([0xff, 0xfe]) },
  },
  "merge of nothing": { args: ["secrets", "merge-driver", "a", "b", "c", PROD] },
};

export const SET = ["secrets", "set", "warehouse", "password"];
export const UNSET = ["secrets", "unset", "warehouse", "password"];
export const PRODUCTION = ["--environment", "production"];
export const two = sealedFor(
  credentialYaml("{environment: production}", `${QUOTED}\n    extra: {token: ${QUOTED}}`),
  [ONE],
);
export const draft = credentialYaml("{environment: production}", QUOTED);
export const spilt = CONNECTION.replace("login: etl", `login: etl, password: ${QUOTED}`);
export const variable = `apiVersion: jackfield.dev/v1\nkind: Variable\nmetadata: {name: warehouse}\nspec: {sharing: all}\n`;

/** Calls of the commands that take a secret, or take one away; the secret is piped in. */
export const VALUES: typeof CALLS = {
  set: { args: [...SET, ...PRODUCTION] },
  "set without a key": { args: [...SET, ...PRODUCTION], env: { SOPS_AGE_KEY: undefined } },
  "set with a key cut short": {
    args: [...SET, ...PRODUCTION],
    env: { SOPS_AGE_KEY: typo },
    files: { [PROD]: two },
  },
  "set one of two without a key": {
    args: [...SET, ...PRODUCTION],
    env: { SOPS_AGE_KEY: undefined },
    files: { [PROD]: two },
  },
  "set for all": { args: [...SET, "--all"] },
  "set for a Deployment": { args: [...SET, "--deployment", "dev"] },
  "set for nobody": { args: SET },
  "set for two": { args: [...SET, ...PRODUCTION, "--all"] },
  "set for an environment that is not there": { args: [...SET, "--environment", KEY] },
  "set of no object": { args: ["secrets", "set", KEY, "password", ...PRODUCTION] },
  "set of two objects": {
    args: ["secrets", "set", "warehouse", "password", ...PRODUCTION],
    files: { "two/jackfield.yaml": workspaceYaml([ONE], [TWO]), "two/x.yaml": CONNECTION },
  },
  "set of two kinds": {
    args: ["secrets", "unset", "warehouse", "nothing", ...PRODUCTION],
    files: { "x.yaml": variable },
  },
  "set of another Deployment's object": {
    args: [...SET, ...PRODUCTION],
    files: {
      "warehouse.yaml": CONNECTION.replace("name: warehouse", "name: warehouse, deployment: dev").replace(
        ", sharing: all",
        "",
      ),
    },
  },
  "set of no field": { args: ["secrets", "set", "warehouse", KEY, ...PRODUCTION] },
  "set of no field of it": { args: ["secrets", "set", "warehouse", "value", ...PRODUCTION] },
  "set of type": { args: ["secrets", "set", "warehouse", "type", ...PRODUCTION] },
  "set of more fields than lines": {
    args: ["secrets", "set", "warehouse", "password", "login", ...PRODUCTION],
  },
  "set of a number": { args: ["secrets", "set", "warehouse", "port", ...PRODUCTION] },
  "set of nothing": { args: [...SET, ...PRODUCTION], input: "" },
  "set of a NUL": { args: [...SET, ...PRODUCTION], input: `${SECRET}\0` },
  "set of bytes": {
    args: [...SET, ...PRODUCTION],
    input: Buffer.concat([Buffer.from(SECRET), Buffer.from([0xff])]),
  },
  "set of too much": { args: [...SET, ...PRODUCTION], input: SECRET.repeat(50_000) },
  "set of a key": { args: [...SET, ...PRODUCTION], input: KEY },
  "set of the same": { args: [...SET, ...PRODUCTION], input: `${SECRET}\n` },
  "set of an object of another Deployment": {
    args: ["secrets", "set", "own", "value", ...PRODUCTION],
    files: { "own.yaml": variable.replace("warehouse", "own, deployment: prod").replace("sharing: all", "") },
  },
  "set of no kind": { args: [...SET, ...PRODUCTION, "--kind", KEY] },
  "seal a draft for nobody": {
    args: ["secrets", "seal", "draft.yaml"],
    files: { "draft.yaml": draft.replace("environment: production", "selector: {team: none}") },
  },
  "set in a damaged file": {
    args: [...SET, ...PRODUCTION],
    files: { [PROD]: two.replace("warehouse", "wharehouse") },
  },
  "set where something else is": { args: [...SET, ...PRODUCTION], files: { [PROD]: `a: ${QUOTED}\n` } },
  "set where a folder is": {
    args: [...SET, "--all"],
    prepare: (folder) => mkdirSync(join(folder, "warehouse.all.sops.yaml")),
  },
  "set where a link is": {
    args: [...SET, "--all"],
    prepare: (folder) => symlinkSync("nowhere", join(folder, "warehouse.all.sops.yaml")),
  },
  "set beside an error": {
    args: [...SET, ...PRODUCTION],
    files: { "x.yaml": `${CONNECTION}  oops: ${QUOTED}\n` },
  },
  "set beside a plain one": { args: [...SET, ...PRODUCTION], files: { "warehouse.yaml": spilt } },
  "set in a Workspace that is broken": {
    args: [...SET, ...PRODUCTION],
    files: { "jackfield.yaml": `${workspaceYaml([ONE], [TWO])}: ${SECRET}` },
  },
  "set for a reader that is not meant": { args: [...SET, ...PRODUCTION, "--accept-recipient", KEY] },
  unset: { args: [...UNSET, ...PRODUCTION], files: { [PROD]: two } },
  "unset the last": { args: [...UNSET, ...PRODUCTION] },
  "unset without a key": {
    args: [...UNSET, ...PRODUCTION],
    env: { SOPS_AGE_KEY: typo },
    files: { [PROD]: two },
  },
  "unset what is not there": { args: ["secrets", "unset", "warehouse", "login", ...PRODUCTION] },
  "unset for nobody": { args: UNSET },
  "seal a draft": { args: ["secrets", "seal", PROD], files: { [PROD]: draft } },
  "seal a draft without a key": {
    args: ["secrets", "seal", PROD],
    files: { [PROD]: draft },
    env: { SOPS_AGE_KEY: undefined },
  },
  "seal a draft that says for whom": {
    args: ["secrets", "seal", PROD, ...PRODUCTION],
    files: { [PROD]: draft },
  },
  "seal a draft that is wrong": {
    args: ["secrets", "seal", PROD],
    files: { [PROD]: draft.replace("password", "pasword") },
  },
  "seal a draft that is broken": { args: ["secrets", "seal", PROD], files: { [PROD]: `${draft}: [` } },
  "seal a draft with a sops block": {
    args: ["secrets", "seal", PROD],
    files: { [PROD]: `${draft}sops: {mac: ${QUOTED}}\n` },
  },
  "seal a draft with a ciphertext": {
    args: ["secrets", "seal", PROD],
    files: { [PROD]: prod.replace(/\nsops:[\s\S]*/, "\n") },
  },
  "seal a draft with half a character": {
    args: ["secrets", "seal", PROD],
    files: { [PROD]: credentialYaml("{environment: production}", `"\\uD800${QUOTED.slice(1)}`) },
  },
  "seal what is sealed": { args: ["secrets", "seal", PROD] },
  "seal what holds no secret": { args: ["secrets", "seal", "warehouse.yaml", ...PRODUCTION] },
  "seal a Connection": {
    args: ["secrets", "seal", "warehouse.yaml", "--environment", "development"],
    files: { "warehouse.yaml": spilt },
  },
  "seal a Connection into what is there": {
    args: ["secrets", "seal", "warehouse.yaml", ...PRODUCTION],
    files: { "warehouse.yaml": spilt },
  },
  "seal a Connection into what does not open": {
    args: ["secrets", "seal", "warehouse.yaml", ...PRODUCTION],
    files: { "warehouse.yaml": spilt },
    env: { SOPS_AGE_KEY: typo },
  },
  "seal a Connection for nobody": {
    args: ["secrets", "seal", "warehouse.yaml"],
    files: { "warehouse.yaml": spilt },
  },
  "seal a Connection that is broken": {
    args: ["secrets", "seal", "warehouse.yaml", "--all"],
    files: { "warehouse.yaml": `${spilt}: [` },
  },
  "seal nothing": { args: ["secrets", "seal", KEY] },
};
