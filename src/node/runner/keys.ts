import { diagnostic } from "../../core/diagnostic.ts";
import type { KeySource } from "../../ports.ts";
import { parseIdentities } from "../../sops/identities.ts";

const SOURCE = "input `age-key`";

/** age keys from a text that the step was given, and from nowhere else (design: 3.2). */
export function givenKeys(text: string | undefined): KeySource {
  return {
    identities() {
      const { identities, problems } = parseIdentities(text ?? "");
      return {
        identities,
        looked: [SOURCE],
        problems: problems.map(({ line, reason }) =>
          diagnostic("JF341", undefined, { source: SOURCE, line, reason }),
        ),
      };
    },
  };
}
