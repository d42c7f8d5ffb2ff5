import { normaliseType, typeNames, typeOf } from "../catalogue/index.ts";
import { type Outcome, usage } from "../outcome.ts";
import { renderType, renderTypeList, typeAsJson } from "../render/types.ts";
import { unknownName } from "./estate.ts";

/** `jackfield types [TYPE]`: the connection types, or one with its fields, methods and an example. */
export function types(name: string | undefined): Outcome {
  if (name === undefined) {
    const all = typeNames.flatMap((one) => typeOf(one) ?? []);
    const result = {
      types: all.map(({ type, title, provider }) => ({ type, title, provider: provider ?? null })),
    };
    return { diagnostics: [], result, text: renderTypeList() };
  }
  const type = typeOf(normaliseType(name));
  if (!type) return usage(unknownName("connection type", name, typeNames));
  return { diagnostics: [], result: typeAsJson(type), text: renderType(type) };
}
