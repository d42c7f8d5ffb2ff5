import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openText } from "../../src/sops/opened.ts";
import { resealText } from "../../src/sops/reseal.ts";
import { KEY, SECRET } from "./leaks.ts";
import type { Call } from "./sandbox.ts";
import { identitiesOf, keyText } from "./sealed-files.ts";
import { CONNECTION, credentialYaml, NOW, ONE, sealedFor, TWO, workspaceYaml } from "./secrets-ports.ts";

// An estate that holds the canaries, the commands that work on it, and what people do to keys and to texts.

export const PROD = "warehouse.production.sops.yaml";
export const DEV = "warehouse.development.sops.yaml";
export const QUOTED = JSON.stringify(SECRET);
export const prod = sealedFor(credentialYaml("{environment: production}", QUOTED), [ONE]);
export const dev = sealedFor(credentialYaml("{environment: development}", QUOTED), [ONE, TWO]);

/** The sealed file of production with another text in it, under its own data key. */
export function edited(change: (plain: string) => string): string {
  const opened = openText({ path: PROD, text: prod }, identitiesOf("one")).value;
  const plain = opened?.plain.reveal() ?? "";
  return (opened && resealText(opened, change(plain), { now: NOW }).value) ?? "";
}

export type Files = Map<string, string | Uint8Array>;

export function estate(): Files {
  return new Map<string, string | Uint8Array>([
    ["jackfield.yaml", workspaceYaml([ONE], [ONE, TWO])],
    ["warehouse.yaml", CONNECTION],
    [PROD, prod],
    [DEV, dev],
    ["base.yaml.txt", prod],
    ["theirs.yaml.txt", edited((text) => text.replace("Kanari", "x"))],
  ]);
}

/** Commands that work on an estate, by what they are called with. */
export const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  validate: ["validate"],
  get: ["get"],
  explain: ["explain", "warehouse", "--deployment", "prod"],
  build: ["build", "--out", "out"],
  "verify all": ["secrets", "verify", "--all"],
  "verify one": ["secrets", "verify", PROD],
  "updatekeys check": ["secrets", "updatekeys", "--all", "--check"],
  updatekeys: ["secrets", "updatekeys", "--all"],
  rotate: ["secrets", "rotate", "--all"],
  recipients: ["secrets", "recipients"],
  edit: ["secrets", "edit", PROD],
  textconv: ["secrets", "textconv", PROD],
  "merge driver": ["secrets", "merge-driver", "base.yaml.txt", PROD, "theirs.yaml.txt", PROD],
};

export const typo = `${KEY.slice(0, 40)}${KEY[40] === "Q" ? "P" : "Q"}${KEY.slice(41)}`;
export const twoKey = /AGE-SECRET-KEY-1\S+/.exec(keyText("two"))?.[0] ?? "";

export const KEYS: Readonly<Record<string, Pick<Call, "env" | "prepare">>> = {
  right: {},
  none: { env: { SOPS_AGE_KEY: undefined } },
  another: { env: { SOPS_AGE_KEY: keyText("three") } },
  "of only one file": { env: { SOPS_AGE_KEY: twoKey } },
  "cut short": { env: { SOPS_AGE_KEY: KEY.slice(0, -1) } },
  "with a typo": { env: { SOPS_AGE_KEY: typo } },
  "in lower case": { env: { SOPS_AGE_KEY: KEY.toLowerCase() } },
  "in mixed case": {
    env: { SOPS_AGE_KEY: KEY.replace("KEY-1Q", "KEY-1q").replace(/.$/, (one) => one.toLowerCase()) },
  },
  "two with a comma": { env: { SOPS_AGE_KEY: `${KEY},${twoKey}` } },
  "two without anything between": { env: { SOPS_AGE_KEY: `${KEY}${twoKey}` } },
  "in quotes": { env: { SOPS_AGE_KEY: `"${KEY}"` } },
  "with its name": { env: { SOPS_AGE_KEY: `SOPS_AGE_KEY=${KEY}` } },
  "without its prefix": { env: { SOPS_AGE_KEY: KEY.slice("AGE-SECRET-KEY-1".length) } },
  backwards: { env: { SOPS_AGE_KEY: [...KEY].reverse().join("") } },
  "in base64": { env: { SOPS_AGE_KEY: Buffer.from(KEY).toString("base64") } },
  "as a plugin's": { env: { SOPS_AGE_KEY: KEY.replace("SECRET-KEY", "PLUGIN-YUBIKEY") } },
  "in the name of a file": { env: { SOPS_AGE_KEY: undefined, SOPS_AGE_KEY_FILE: "{}/nowhere" } },
  "in a folder": { env: { SOPS_AGE_KEY: undefined, SOPS_AGE_KEY_FILE: "{}" } },
  "in a file that is no text": {
    env: { SOPS_AGE_KEY: undefined, SOPS_AGE_KEY_FILE: "{}/bytes" },
    prepare: (folder) =>
      writeFileSync(join(folder, "bytes"), Buffer.concat([Buffer.from([0xff, 0, 0xfe]), Buffer.from(KEY)])),
  },
  "in a file with a typo": {
    env: { SOPS_AGE_KEY: undefined, SOPS_AGE_KEY_FILE: "{}/keys" },
    prepare: (folder) => writeFileSync(join(folder, "keys"), `# ${KEY}\nkey: ${KEY}\n${typo}\n`),
  },
  "in the default file, cut": {
    env: { SOPS_AGE_KEY: undefined },
    prepare: (folder) => {
      mkdirSync(join(folder, "../home/.config/sops/age"), { recursive: true });
      writeFileSync(join(folder, "../home/.config/sops/age/keys.txt"), KEY.slice(0, -3));
    },
  },
};

/** What stands in the file once the editor is left. */
export const LEFT: Readonly<Record<string, string>> = {
  "a new secret": credentialYaml("{environment: production}", `${QUOTED.slice(0, -1)}1"`),
  "YAML that is broken": credentialYaml("{environment: production}", `"${QUOTED}`),
  "a tab": credentialYaml("{environment: production}", QUOTED).replace("    password", "\tpassword"),
  nothing: "",
  "a comment": `# ${SECRET}\n`,
  "a sealed value": credentialYaml("{environment: production}", /ENC\[\S+/.exec(prod)?.[0] ?? ""),
  "a sops block": `${credentialYaml("{environment: production}", QUOTED)}sops: {mac: ${QUOTED}}\n`,
  "a number that SOPS cannot hold": `${credentialYaml("{environment: production}", QUOTED)}    extra: {n: 99999999999999999999}\n`,
  "a secret outside": credentialYaml("{environment: production}", QUOTED).replace(
    "  secrets:",
    "  login: x\n  secrets:",
  ),
  "a misspelt key": credentialYaml("{environment: production}", QUOTED).replace("password", "pasword"),
  "an environment that is not there": credentialYaml("{environment: nowhere}", QUOTED),
  "another environment": credentialYaml("{environment: development}", QUOTED),
  "half a character": credentialYaml("{environment: production}", `"\\uD800${QUOTED.slice(1)}`),
  "a list": `- ${QUOTED}\n`,
  "a text": `${SECRET}\n`,
  "an alias": credentialYaml("{environment: production}", `&a ${QUOTED}\n    login: *a`),
  "an unknown alias": credentialYaml("{environment: production}", `*b\n    login: ${QUOTED}`),
  "a key twice": credentialYaml("{environment: production}", `${QUOTED}\n    password: ${QUOTED}`),
  "a private key": credentialYaml("{environment: production}", KEY),
  "two documents": `${credentialYaml("{environment: production}", QUOTED)}---\n${credentialYaml("{environment: development}", QUOTED)}`,
};
