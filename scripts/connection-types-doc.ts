/** Writes the table of docs/connection-types.md from the catalogue: `node scripts/connection-types-doc.ts`. */
import { typeNames, typeOf } from "../src/catalogue/index.ts";
import { markdownTable, writePart } from "./generated-part.ts";

/** One row for each connection type, sorted by name. */
export function connectionTypesTable(): string {
  const rows = typeNames.map((name) => {
    const type = typeOf(name);
    if (!type) throw new Error(`no type ${name}`);
    const { title, provider, methods, openExtra } = type;
    const names = Object.keys(methods).map((method) => `\`${method}\``);
    const extra = openExtra === undefined ? "" : `any: ${openExtra}`;
    return [`\`${name}\``, title, names.join(", "), provider ? `\`${provider}\`` : "built in", extra];
  });
  return markdownTable(["`type`", "for", "`auth`", "package", "other `extra` keys"], rows);
}

if (import.meta.main) writePart("connection-types.md", connectionTypesTable());
