import { KINDS } from "../declare/classify.ts";
import { type Outcome, usage } from "../outcome.ts";
import { unknownName } from "./estate.ts";

/** `jackfield schema [KIND]`: the JSON Schema of the language, or of one kind. `read` gives one by its file name. */
export function schema(kind: string | undefined, read: (name: string) => string): Outcome {
  const known = KINDS.find((name) => name.toLowerCase() === kind?.toLowerCase());
  if (kind !== undefined && !known) return usage(unknownName("kind", kind, KINDS));
  const text = read(`${known ? kebab(known) : "jackfield"}.schema.json`);
  return { diagnostics: [], result: JSON.parse(text), text };
}

function kebab(kind: string): string {
  return kind.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
}
