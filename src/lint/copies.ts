import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Span } from "../core/source.ts";
import type { ParsedFile } from "../model/tree.ts";
import { readMetadata } from "../sops/metadata.ts";

/**
 * A MAC or a wrapped data key that stands in two files: one was copied from the other by hand. The MAC cannot fit, and who
 * reads the one can read the other. Told at the later path.
 */
export function* copies(files: readonly ParsedFile[]): Generator<Diagnostic> {
  const first = new Map<string, Span>();
  for (const { documents } of files) {
    const sops = documents[0]?.sops;
    const metadata = sops && readMetadata(sops).value;
    const keys = metadata?.groups.flatMap(({ age }) =>
      age.map(({ enc }) => ({ ...enc, what: "a wrapped data key" })),
    );
    const all = [...(metadata?.mac ? [{ ...metadata.mac, what: "the MAC" }] : []), ...(keys ?? [])];
    const copied = all.find(({ value }) => first.has(value));
    const other = copied && first.get(copied.value);
    if (copied && other) {
      const hint =
        "seal it by itself: `jackfield secrets set`, or `jackfield secrets seal` of its plain text";
      const related = [{ at: other, message: "it is from here" }];
      yield diagnostic("JF371", copied.at, { what: copied.what }, { related, hint });
    }
    for (const { value, at } of all) if (!first.has(value)) first.set(value, at);
  }
}
