import { createHash } from "node:crypto";
import type { Recipient } from "../model/declaration.ts";
import type { AgeTrouble } from "./age.ts";
import { readAgeFile, readArmor } from "./age-header.ts";
import { isAgeKind } from "./age-kinds.ts";

// Recipients that we cannot open or wrap for ourselves; the `sops` program can.

/** `ssh-ed25519 AAAA…`, `ssh-rsa AAAA…`: the key without the comment that may follow. */
const SSH = /^(ssh-ed25519|ssh-rsa) ([A-Za-z0-9+/]+={0,2})$/;
// Bech32 ends its prefix at the last `1`, and no digit of the rest is one: `age1yubikey1…` is not of the prefix `age`.
const PLUGIN = /^age1(?!pq1).*1/;

/** Whether an entry of `age` names an SSH key or a key of an age plugin. */
export function isForeignAge(recipient: string): boolean {
  return SSH.test(recipient) || PLUGIN.test(recipient);
}

/** Whether wrapping a data key for a recipient takes the `sops` program. */
export function needsProgram({ kind, id }: Recipient): boolean {
  return kind !== "age" || isForeignAge(id);
}

/** What messages call a recipient's kind. */
export function kindInWords({ kind, id }: Recipient): string {
  if (kind !== "age" || !isForeignAge(id)) return kind;
  return SSH.test(id) ? "ssh" : "age plugin";
}

/**
 * What is wrong with an `enc` that an SSH key or a plugin wrapped, without any key: exactly one stanza, of the kind that the
 * label names, and for SSH of the very key: its stanza names the first four bytes of the key's hash (C2SP age-ssh).
 */
export function checkForeignEntry(armor: string, recipient: string): AgeTrouble | undefined {
  const bytes = readArmor(armor);
  if (!bytes) return "armor";
  const file = readAgeFile(bytes);
  if (!file) return "header";
  const [stanza, ...others] = file.stanzas;
  const [type = "", tag] = stanza?.args ?? [];
  if (others.length > 0) return "stanzas";
  const [, sshType, key = ""] = SSH.exec(recipient) ?? [];
  if (sshType !== undefined) return type === sshType && tag === sshTag(key) ? undefined : "stanzas";
  return isAgeKind(type) || type === "scrypt" || type.startsWith("ssh-") ? "stanzas" : undefined;
}

function sshTag(key: string): string {
  const hash = createHash("sha256").update(Buffer.from(key, "base64")).digest();
  return hash.subarray(0, 4).toString("base64").replaceAll("=", "");
}
