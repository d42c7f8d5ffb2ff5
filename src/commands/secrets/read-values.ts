import { diagnostic } from "../../core/diagnostic.ts";
import { Secret } from "../../core/secret.ts";
import { PortFailure, type Prompt } from "../../ports.ts";
import { aimText } from "./aim.ts";
import type { NewValue } from "./plain-credential.ts";
import type { Target } from "./target.ts";

/** A value for each field: asked for one after the other; from a pipe, all of it, or for several fields a line each. */
export async function readValues(
  prompt: Prompt,
  { object, aim }: Target,
  fields: readonly string[],
): Promise<readonly NewValue[]> {
  const question = (field: string) => `${field} of ${object.id.value} for ${aimText(aim)}`;
  if (!prompt.isPiped) {
    const values: NewValue[] = [];
    for (const field of fields) values.push({ field, secret: await prompt.readSecret(question(field)) });
    return values;
  }
  const [first = "", ...others] = fields;
  const secret = await prompt.readSecret(question(first));
  if (others.length === 0) return [{ field: first, secret }];
  const lines = secret.reveal().split(/\r?\n/);
  if (lines.length === fields.length) {
    return fields.map((field, index) => ({ field, secret: new Secret(lines[index] ?? "") }));
  }
  const params = { wanted: fields.length, given: lines.length };
  throw new PortFailure(diagnostic("JF038", undefined, params), "user");
}
