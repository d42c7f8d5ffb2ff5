/** Writes the tables of docs/diagnostics.md from the catalogue: `node scripts/diagnostics-doc.ts`. */
import { catalog, type Entry } from "../src/core/catalog.ts";
import { markdownTable, writePart } from "./generated-part.ts";

const RANGES: readonly (readonly [prefix: string, title: string])[] = [
  ["JF0", "Usage and environment"],
  ["JF1", "Files and YAML"],
  ["JF2", "Shape of documents"],
  ["JF3", "Sealed values"],
  ["JF4", "Resolution"],
  ["JF5", "Delivery"],
  ["JF6", "Plan and apply"],
  ["JF7", "Clusters, changes, GitHub and previews"],
  ["JF8", "CODEOWNERS"],
  ["JF9", "Defects"],
];

/** One table for each range of codes. Throws if a code is in none. */
export function diagnosticsTables(): string {
  const entries: readonly (readonly [string, Entry])[] = Object.entries(catalog);
  const lost = entries.filter(([code]) => !RANGES.some(([prefix]) => code.startsWith(prefix)));
  if (lost.length > 0) throw new Error(`no range for ${lost.map(([code]) => code).join(", ")}`);
  return RANGES.map(([prefix, title]) => {
    const rows = entries
      .filter(([code]) => code.startsWith(prefix))
      .map(([code, { slug, severity, text }]) => [code, severity, slug, readable(text)]);
    const table = markdownTable(["code", "severity", "name", "message"], rows);
    return `## ${prefix}xx: ${title.charAt(0).toLowerCase()}${title.slice(1)}\n\n${table}`;
  }).join("\n");
}

/** `{name}` is a parameter. Written as capitals, so that it is not taken for text of the message. */
function readable(text: string): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase());
}

if (import.meta.main) writePart("diagnostics.md", diagnosticsTables());
