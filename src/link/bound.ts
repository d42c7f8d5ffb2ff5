import { isDestination, isSecret } from "../catalogue/destination.ts";
import { typeOf } from "../catalogue/index.ts";
import { diagnostic } from "../core/diagnostic.ts";
import type { EffectiveObject } from "../model/effective.ts";
import type { Findings, Members } from "./findings.ts";

/**
 * A Credential that seals a host beside a password binds them: a Deployment that draws the one must draw the
 * other from it too (design: 3.1.9).
 */
export function checkBound(
  object: EffectiveObject,
  { members, findings }: { readonly members: Members; readonly findings: Findings },
): void {
  const type = object.type && typeOf(object.type.value);
  if (!type) return;
  const drawn = new Set(
    [...object.fields.values()].flatMap((field) =>
      field.credential && isSecret(type, field.path) ? [field.credential] : [],
    ),
  );
  for (const credential of drawn) {
    for (const sealed of credential.secrets) {
      const effective = object.fields.get(sealed.path);
      if (!isDestination(type, sealed.path) || effective?.credential === credential) continue;
      const at = effective?.origins.at(-1)?.at ?? object.unset.get(sealed.path)?.at(-1)?.at ?? sealed.keyAt;
      const params = { id: object.id, field: sealed.path };
      const related = [{ at: sealed.keyAt, message: "bound here" }];
      const hint = "override the secret beside it, in a Credential of its own";
      findings.add(`JF425 ${at.file.path}:${at.start}`, members, (where) =>
        diagnostic("JF425", at, { ...params, where }, { related, hint }),
      );
    }
  }
}
