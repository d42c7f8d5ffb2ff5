import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { writeArmor } from "../../src/sops/age-header.ts";
import { checkForeignEntry, isForeignAge, kindInWords, needsProgram } from "../../src/sops/foreign.ts";
import { identitiesOf } from "../support/sealed-files.ts";

// Recipients that take the `sops` program, and what their entries show without a key.

const KEY = Buffer.from("a key in the form of SSH").toString("base64");
const SSH = `ssh-ed25519 ${KEY}`;
const TAG = createHash("sha256")
  .update(Buffer.from(KEY, "base64"))
  .digest()
  .subarray(0, 4)
  .toString("base64")
  .replaceAll("=", "");
const PLUGIN = "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t";
const [own, quantum] = identitiesOf("one", "quantum").map(({ recipient }) => recipient);

test.each([
  [{ kind: "age", id: own ?? "" }, false, "age"],
  [{ kind: "age", id: quantum ?? "" }, false, "age"],
  [{ kind: "age", id: SSH }, true, "ssh"],
  [{ kind: "age", id: `ssh-rsa ${KEY}` }, true, "ssh"],
  [{ kind: "age", id: PLUGIN }, true, "age plugin"],
  [{ kind: "age", id: "age1fido2-hmac1qqpszqgpqyqs" }, true, "age plugin"],
  [{ kind: "age", id: "ssh-ed25519" }, false, "age"],
  [{ kind: "pgp", id: "0123456789ABCDEF" }, true, "pgp"],
])("%o", (recipient, foreign, words) => {
  expect(needsProgram(recipient)).toBe(foreign);
  expect(kindInWords(recipient)).toBe(words);
  if (recipient.kind === "age") expect(isForeignAge(recipient.id)).toBe(foreign);
});

/** An armored age file with these stanzas; nobody can open it. */
function entry(...stanzas: readonly string[]): string {
  const lines = stanzas.map((args) => `-> ${args}\n${"A".repeat(43)}\n`);
  const header = `age-encryption.org/v1\n${lines.join("")}--- ${"A".repeat(43)}\n`;
  return writeArmor(Buffer.from(`${header}${"x".repeat(64)}`));
}

test.each([
  [SSH, [`ssh-ed25519 ${TAG} share`], undefined],
  [`ssh-rsa ${KEY}`, [`ssh-rsa ${TAG}`], undefined],
  [PLUGIN, ["piv-p256 AAAA share"], undefined],
  [SSH, [`ssh-rsa ${TAG}`], "stanzas"],
  [SSH, ["ssh-ed25519 AAAAAA share"], "stanzas"],
  [SSH, ["X25519 share"], "stanzas"],
  [SSH, [`ssh-ed25519 ${TAG} share`, "X25519 share"], "stanzas"],
  [PLUGIN, ["X25519 share"], "stanzas"],
  [PLUGIN, ["mlkem768x25519 share"], "stanzas"],
  [PLUGIN, ["scrypt salt 18"], "stanzas"],
  [PLUGIN, [`ssh-ed25519 ${TAG} share`], "stanzas"],
  [PLUGIN, ["piv-p256 AAAA", "piv-p256 BBBB"], "stanzas"],
  [PLUGIN, [], "header"],
])("an entry of %s with %j", (recipient, stanzas, trouble) => {
  expect(checkForeignEntry(entry(...stanzas), recipient)).toBe(trouble);
});

test("an entry without armor", () => {
  expect(checkForeignEntry("-> ssh-ed25519", SSH)).toBe("armor");
});
