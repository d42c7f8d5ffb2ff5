import type { Outcome } from "../../outcome.ts";
import type { DriverFiles, KeySource } from "../../ports.ts";
import { maskedText } from "../../sops/masked-text.ts";

export interface TextconvPorts {
  readonly files: Pick<DriverFiles, "read">;
  readonly keys: KeySource;
}

/**
 * `jackfield secrets textconv FILE`: the file as `git diff` may show it, values masked so that one sees which changed. Git
 * needs an answer for every version there ever was, so a file that does not open, or is no text, gives one too.
 */
export function textconv({ files, keys }: TextconvPorts, path: string): Outcome {
  const text = files.read(path);
  const masked =
    text === undefined
      ? "# jackfield: this file is no UTF-8 text\n"
      : maskedText({ path, text }, keys.identities().identities);
  return { diagnostics: [], result: { text: masked }, text: masked };
}
