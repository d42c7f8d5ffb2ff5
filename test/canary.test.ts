import fc from "fast-check";
import { expect, test } from "vitest";
import { compile } from "../src/compile.ts";
import { renderJson } from "../src/render/json.ts";
import { PLACES, POLICY } from "./support/bad-places.ts";
import { show } from "./support/diagnostics.ts";

// A secret that somebody wrote in the wrong place stands in no diagnostic: not in a message, a hint or a frame. (Frames do
// show the fields that the catalogue calls plain, such as a login.)

const canary = fc
  .string({
    unit: fc.constantFrom(..."abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789_"),
    minLength: 12,
    maxLength: 40,
  })
  .map((text) => `cnry_${text}`);

test.each(Object.keys(PLACES))("a secret in the wrong place is not told: %s", (place) => {
  fc.assert(
    fc.property(canary, (secret) => {
      const text = (PLACES[place] as string).replaceAll("CANARY", secret);
      const isPolicy = text.includes("kind: Workspace");
      const files = isPolicy ? [] : [{ path: "jackfield.yaml", text: POLICY }];
      const compiled = compile([...files, { path: isPolicy ? "jackfield.yaml" : "x.yaml", text }]);
      expect(compiled.diagnostics.length).toBeGreaterThan(0);
      const told = show(compiled) + renderJson("validate", "0", compiled.diagnostics, null);
      // Nor any longer part of it.
      for (let at = 0; at + 8 <= secret.length; at++) expect(told).not.toContain(secret.slice(at, at + 8));
      expect(told).not.toContain("12345678901234567890987654321");
    }),
    { numRuns: 5 },
  );
});
