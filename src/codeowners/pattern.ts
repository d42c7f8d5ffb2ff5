/**
 * What a pattern of a CODEOWNERS file matches, by the rules that GitHub documents: those of gitignore, but that `docs/*` is only what lies
 * directly in `docs`, and that there are neither `!` nor `[ ]`. Undefined: GitHub does not know such a pattern.
 */
export function compilePattern(pattern: string): RegExp | undefined {
  if (/^!|[[\]]/.test(pattern) || /^\/*$/.test(pattern)) return undefined;
  const isFolder = pattern.endsWith("/");
  const words = pattern.replace(/^\//, "").replace(/\/$/, "");
  const isAnchored = pattern.startsWith("/") || words.includes("/");
  const segments = words.split("/");
  const last = segments.at(-1) ?? "";
  const body = segments.map((segment, index) => segmentSource(segment, index, segments.length)).join("");
  const isOpen = last === "**" || (last === "*" && isAnchored && !isFolder);
  return new RegExp(`^${isAnchored ? "" : "(?:.*/)?"}${body}${isOpen ? "" : tail(isFolder)}$`, "s");
}

/** A name may be a file's, or a folder's with all below it. */
function tail(isFolder: boolean): string {
  return isFolder ? "/.*" : "(?:/.*)?";
}

/** A segment, with the slash that ends it. */
function segmentSource(segment: string, index: number, count: number): string {
  const isLast = index === count - 1;
  if (segment === "**") return isLast ? ".*" : "(?:.*/)?";
  const source = segment.replace(/\\(.)|([\s\S])/g, (_, escaped?: string, char = "") =>
    escaped === undefined ? (WILDCARDS[char] ?? literal(char)) : literal(escaped),
  );
  return isLast ? source : `${source}/`;
}

const WILDCARDS: Readonly<Record<string, string>> = { "*": "[^/]*", "?": "[^/]" };

function literal(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&");
}

/** The pattern of one path alone. Undefined: CODEOWNERS has none for such a name. */
export function patternOf(path: string): string | undefined {
  if (/[[\]\n\r]/.test(path)) return undefined;
  return `/${path.replace(/[\\*?# ]/g, "\\$&")}`;
}
