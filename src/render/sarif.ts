import { catalog } from "../core/catalog.ts";
import type { Diagnostic, Severity } from "../core/diagnostic.ts";
import { positionAt, type Span } from "../core/source.ts";
import { RISKS, type Risk } from "../model/change.ts";

const LEVEL = { error: "error", warning: "warning", info: "note" } as const satisfies Record<
  Severity,
  string
>;
const VERSION = "2.1.0";

/** Diagnostics and risks as SARIF 2.1.0, for code scanning and editors; columns in UTF-16 code units. */
export function sarif(
  version: string,
  diagnostics: readonly Diagnostic[],
  risks: readonly Risk[],
  scrub: (text: string) => string,
): string {
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: VERSION,
    runs: [
      {
        tool: { driver: { name: "jackfield", version, rules: rulesOf(diagnostics, risks) } },
        columnKind: "utf16CodeUnits",
        results: [...diagnostics.map(resultOf), ...risks.map(riskOf)],
      },
    ],
  };
  const clean = (_: string, value: unknown) => (typeof value === "string" ? scrub(value) : value);
  return `${JSON.stringify(log, clean, 2)}\n`;
}

/** Those that occur. */
function rulesOf(diagnostics: readonly Diagnostic[], risks: readonly Risk[]): readonly unknown[] {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  const kinds = RISKS.filter((kind) => risks.some((one) => one.kind === kind));
  return [
    ...codes.map((code) => {
      const { slug, severity } = catalog[code];
      return { id: code, name: slug, defaultConfiguration: { level: LEVEL[severity] } };
    }),
    ...kinds.map((kind) => ({ id: kind, defaultConfiguration: { level: "warning" } })),
  ];
}

function resultOf({ code, severity, message, hint, at, related }: Diagnostic): unknown {
  return {
    ruleId: code,
    level: LEVEL[severity],
    message: { text: hint === undefined ? message : `${message} (${hint})` },
    locations: at ? [locationOf(at)] : [],
    ...(related.length > 0 && {
      relatedLocations: related.map((one, id) => ({
        id,
        ...locationOf(one.at),
        message: { text: one.message },
      })),
    }),
  };
}

function riskOf({ kind, message, at }: Risk): unknown {
  return {
    ruleId: kind,
    level: "warning",
    message: { text: message },
    locations: at ? [locationOf(at)] : [],
  };
}

function locationOf({ file, start, end }: Span) {
  const [from, to] = [positionAt(file, start), positionAt(file, end)];
  const region = { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
  return { physicalLocation: { artifactLocation: { uri: uriOf(file.path) }, region } };
}

function uriOf(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
