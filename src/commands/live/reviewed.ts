import { diagnostic } from "../../core/diagnostic.ts";
import type { Plan } from "../../model/plan.ts";
import { type Outcome, usage } from "../../outcome.ts";
import type { NamedFiles } from "../../ports.ts";

import { readArtifact } from "../../render/plan-artifact.ts";

const ID = /^[0-9a-f]{32}$/;

/** The plan that `--plan` or `--plan-id` names; undefined: neither was given. */
export function readReviewed(
  { plan, planId }: Readonly<Record<string, unknown>>,
  named: NamedFiles,
): Plan | Pick<Plan, "id"> | Outcome | undefined {
  if (typeof planId === "string") {
    if (plan !== undefined) return usage(diagnostic("JF625", undefined, {}));
    if (ID.test(planId)) return { id: planId };
    return usage(
      diagnostic("JF624", undefined, { option: "--plan-id", wanted: "the id that `plan` prints" }),
    );
  }
  if (typeof plan !== "string") return undefined;
  const file = named.read(plan);
  if (!file.value) return { diagnostics: file.diagnostics, result: null, text: "", exit: 2 };
  const read = readArtifact(file.value.text);
  if ("reason" in read) {
    return usage(diagnostic("JF626", undefined, { path: plan, reason: read.reason }));
  }
  return read.plan;
}
