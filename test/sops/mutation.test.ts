import fc from "fast-check";
import { expect, test } from "vitest";
import { hasErrors } from "../../src/core/diagnostic.ts";
import { leaves } from "../../src/model/tree.ts";
import { parseFile } from "../../src/parse/parse.ts";
import { lintSealedFile } from "../../src/sops/lint.ts";
import { openFile } from "../../src/sops/open.ts";
import { hashedText } from "../../src/sops/scalars.ts";
import { identitiesOf, sealedText } from "../support/sealed-files.ts";

const identities = identitiesOf("one", "three");

interface Content {
  /** Plain texts of sealed values in file order. Their types are not authenticated by SOPS. */
  readonly sealed: readonly string[];
  /** What is not sealed, as SOPS hashes it: run together, without keys and nulls. */
  readonly plain: string;
}

/** What a text holds, or undefined if it is refused. */
function accept(text: string): Content | undefined {
  const parsed = parseFile({ path: "sealed.yaml", text });
  if (!parsed.value || hasErrors(parsed.diagnostics) || hasErrors(lintSealedFile(parsed.value)))
    return undefined;
  const { value } = openFile(parsed.value, identities);
  if (!value) return undefined;
  const plain = parsed.value.documents.flatMap(({ root }) =>
    [...leaves(root)].map((leaf) => (leaf.kind === "scalar" ? (hashedText(leaf) ?? "") : "")),
  );
  return { sealed: [...value.values()].map(({ secret }) => secret.reveal()), plain: plain.join("") };
}

const names = ["simple", "documents", "recipients", "lists", "plain-scalars", "comments", "groups"] as const;

test.each(names)("%s: one changed byte is refused, or changes nothing that a MAC covers", (name) => {
  const original = sealedText(name);
  const expected = accept(original);
  expect(expected).toBeDefined();
  const change = fc.constantFrom("replace", "insert", "delete");
  const byte = fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.constantFrom(0, 9, 10, 13, 0xe9, 0x2028));
  fc.assert(
    fc.property(fc.nat(original.length - 1), change, byte, (at, how, code) => {
      const middle = how === "delete" ? "" : String.fromCharCode(code);
      const changed = original.slice(0, at) + middle + original.slice(how === "insert" ? at : at + 1);
      const content = accept(changed);
      if (content) expect(content).toEqual(expected);
    }),
    { numRuns: 400 },
  );
});

const lines = sealedText("simple").split("\n");

test("a missing, doubled or moved line is refused, or changes nothing that a MAC covers", () => {
  const expected = accept(lines.join("\n"));
  fc.assert(
    fc.property(fc.nat(lines.length - 1), fc.nat(lines.length - 1), fc.boolean(), (from, to, keep) => {
      const changed = [...lines];
      const line = keep ? (lines[from] ?? "") : (changed.splice(from, 1)[0] ?? "");
      changed.splice(to, 0, line);
      const content = accept(changed.join("\n"));
      if (content) expect(content).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});
