import type { Severity } from "./diagnostic.ts";

/**
 * Every diagnostic Jackfield can give: JF0 usage and environment, JF1 files and YAML, JF2 shape of documents,
 * JF3 sealed values, JF4 resolution, JF5 delivery, JF9 defects of our own. Numbers are never used again for
 * something else. `{name}` is a parameter: a name, a count or a word of ours, never a value of the user's.
 */
export const catalog = {
  // JF0 usage and environment
  JF001: e("no-workspace", "no Workspace found: there is no `jackfield.yaml` in or above this folder"),
  JF002: e("unknown-name", "unknown {what} `{name}`"),
  JF003: e("unreadable", "cannot read `{path}`: {reason}"),
  JF004: e("unwritable", "cannot write `{path}`: {reason}"),
  JF005: e("would-expose", "refusing to write plain text to `{path}`: git does not ignore it"),
  JF006: e("not-ours", "refusing to replace `{path}`: it holds files that `build` did not write"),

  // JF1 files and YAML
  JF101: e("yaml-syntax", "not valid YAML: {reason}"),
  JF102: e("duplicate-key", "this key is set twice in one map"),
  JF103: e("not-utf8", "the file is not UTF-8 text"),
  JF104: e("too-large", "the file is larger than {limit}"),
  JF105: e("too-deep", "nested deeper than {limit} levels"),
  JF106: e("too-many-aliases", "aliases make more than {limit} nodes, or a node contains itself"),
  JF107: e("merge-key", "merge keys (`<<`) are not part of the language"),
  JF108: e("bad-key", "a key must be a plain text"),
  JF109: e("near-api-version", "this is not the `apiVersion` of Jackfield"),
  JF110: e("missing-api-version", "a {kind} without an `apiVersion`"),
  JF111: e("unknown-kind", "unknown kind"),
  JF112: e("nested-workspace", "a Workspace inside the Workspace `{outer}`"),
  JF113: e("workspace-place", "a Workspace document belongs in `jackfield.yaml`, one a folder"),
  JF114: w("outside", "no Workspace holds this document: it is not used"),
  JF115: e("invisible-character", "an invisible or direction-changing character (U+{hex})"),
  JF116: e("links-out", "a symbolic link that leads out of the tree is not followed"),
  JF117: w("yaml-trap", "YAML 1.1 tools read this unquoted {what} as something else"),
  JF118: e("odd-number", "this number is not written the way JSON writes numbers"),

  // JF2 shape of documents (continued in validate/)
  JF901: e("defect", "a defect in Jackfield: {reason}"),
} as const satisfies Record<string, Entry>;

export interface Entry {
  /** A stable word for docs and searches. */
  readonly slug: string;
  readonly severity: Severity;
  readonly text: string;
}

export type Code = keyof typeof catalog;

type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** The parameter names of a code's text. */
export type ParamsOf<C extends Code> = Placeholders<(typeof catalog)[C]["text"]>;

function e<S extends string, T extends string>(slug: S, text: T) {
  return { slug, severity: "error", text } as const;
}
function w<S extends string, T extends string>(slug: S, text: T) {
  return { slug, severity: "warning", text } as const;
}
export function i<S extends string, T extends string>(slug: S, text: T) {
  return { slug, severity: "info", text } as const;
}
