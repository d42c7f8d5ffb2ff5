import type { KeyObject } from "node:crypto";
import { type Checked, type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { wrapForAge } from "./age-seal.ts";
import type { WrittenEntry } from "./block-text.ts";
import { splitSecret } from "./shamir.ts";

/** The data key, or its shares, wrapped for every recipient of every group. */
export function wrapDataKey(
  key: KeyObject,
  groups: readonly (readonly string[])[],
  threshold: number,
): Checked<readonly (readonly WrittenEntry[])[] | undefined> {
  const bytes = key.export();
  const shares = groups.length > 1 ? splitSecret(bytes, groups.length, threshold) : [Buffer.from(bytes)];
  bytes.fill(0);
  const diagnostics: Diagnostic[] = [];
  let number = 0;
  const wrapped = groups.map((recipients, index) =>
    [...new Set(recipients)].flatMap((recipient) => {
      number++;
      const enc = wrapForAge(shares[index] ?? Buffer.alloc(0), recipient);
      if (enc !== undefined) return [{ recipient, enc }];
      // Not its text: it may be a private key.
      diagnostics.push(diagnostic("JF354", undefined, { number }));
      return [];
    }),
  );
  for (const share of shares) share.fill(0);
  if (number === 0) throw new Error("a file without recipients could be opened by nobody");
  return diagnostics.length > 0 ? { value: undefined, diagnostics } : { value: wrapped, diagnostics };
}
