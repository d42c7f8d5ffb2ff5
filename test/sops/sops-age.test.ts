import { decryptSops } from "sops-age";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { casesOf } from "../support/fixture.ts";
import { expectedOf, identitiesOf, keyText, opened, sealedText } from "../support/sealed-files.ts";

// Another reader, written independently. It has one key, takes one document, and knows neither MAC, comments in
// lists, times, key groups, post-quantum keys, nor rules; where it applies, it must read what we read.
const secretKey = /AGE-SECRET-KEY-1\S+/.exec(keyText("one"))?.[0] ?? "";
const BEYOND = ["comment-in-list", "groups", "lists", "post-quantum", "rule-comment", "scalars"];
const good = casesOf("sops").filter(
  (name) => expectedOf(name).open === "ok" && !sealedText(name).includes("\n---\n"),
);

/** The texts at the sealed places of a text, in the values that `sops-age` gives. */
function textsAt(plain: unknown, sealed: unknown): readonly string[] {
  if (typeof sealed === "string") return sealed.startsWith("ENC[") ? [String(plain)] : [];
  if (typeof sealed !== "object" || sealed === null) return [];
  return Object.entries(sealed).flatMap(([key, value]) =>
    textsAt((plain as Record<string, unknown>)[key], value),
  );
}

test.each(good.filter((name) => !BEYOND.includes(name)))("%s reads the same with sops-age", async (name) => {
  const text = sealedText(name);
  const { sops: _, ...sealed } = parse(text) as Record<string, unknown>;
  const plain = await decryptSops(text, { secretKey, fileType: "yaml" });
  const ours = opened(text, identitiesOf("one")).values?.map(([, value]) => value);
  expect(textsAt(plain, sealed)).toEqual(ours);
  expect(ours?.length).toBeGreaterThan(0);
});
