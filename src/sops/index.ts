import type { Checked, Diagnostic } from "../core/diagnostic.ts";
import type { Secret } from "../core/secret.ts";
import { positionAt, type SourceFile } from "../core/source.ts";
import type { Recipient } from "../model/declaration.ts";
import type { Document, Node, SealedNode } from "../model/tree.ts";
import type { UnsealedValue } from "../model/unsealed.ts";
import { parseFile } from "../parse/parse.ts";
import type { Identity } from "./identities.ts";
import { readMetadata, recipientsIn } from "./metadata.ts";
import { type OpenedText, openText } from "./opened.ts";
import { resealText, rewrapText, rotateText } from "./reseal.ts";
import type { ScopeRule } from "./scope.ts";
import { sealText } from "./seal.ts";

// The library `jackfield/sops`: a verified reader and writer of any SOPS file, YAML or JSON, for age recipients. No
// I/O, no environment, no network; nothing but defects is thrown, and no message holds a byte of a key or a value.

export { Secret } from "../core/secret.ts";
export { generateIdentity, type Identity, isAgeRecipient, parseIdentities } from "./identities.ts";

/** A text with its name, which tells YAML from JSON (`.json`). */
export type SopsFile = SourceFile;

/** What is wrong, where, and what to do about it. */
export interface Problem {
  /** `JF3…`, as docs/diagnostics.md lists them. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** From 1; absent if no place is to blame. */
  readonly line?: number;
  /** From 1, in UTF-16 code units. */
  readonly column?: number;
}

/** A value, or every problem that stands in its way. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** A sealed value of an opened file. */
export interface Value {
  /** Keys of maps and indices of lists, the document's index first. */
  readonly path: readonly (string | number)[];
  /** SOPS' label, which is not authenticated: judge whether it fits. */
  readonly type: UnsealedValue["type"];
  /** The plain text as SOPS writes that type (`True`, `1.5`); of `bytes` the base64. */
  readonly secret: Secret;
}

/** An opened file. Its MAC was verified. */
export interface Opened {
  /** The whole text with its values plain and without the `sops` block; layout and comments as in the sealed file. */
  readonly plain: Secret;
  readonly values: readonly Value[];
  readonly recipients: readonly Recipient[];
  /** As the file says, bound to its MAC. */
  readonly lastModified: Date;
  /** Seals an edited plain text under the same data key; what did not change keeps its ciphertext. */
  edit(plain: string, change: Change): Result<string>;
  /** Seals everything anew under a new data key. */
  rotate(change: Change): Result<string>;
  /** Same data key and values for other age recipients, as `sops updatekeys`. */
  rewrap(recipients: readonly string[]): Result<string>;
}

export interface Change {
  /** age recipients; default: those of the file. */
  readonly recipients?: readonly string[];
  /** Becomes `lastmodified`. */
  readonly now: Date;
}

export interface OpenOptions {
  /** `accept` opens files with `mac_only_encrypted`, whose plain values anyone can change. Default: `refuse`. */
  readonly macOnlyEncrypted?: "refuse" | "accept";
}

export interface SealOptions {
  /** age recipients (`age1…`), one at least. More than one list: key groups, the data key is split over them. */
  readonly recipients: readonly string[] | readonly (readonly string[])[];
  /** How many key groups it takes to open the file; default: all. */
  readonly threshold?: number;
  /** Which values are sealed; default: SOPS' own, all but those under a key that ends in `_unencrypted`. */
  readonly scope?: Pick<ScopeRule, "name" | "text">;
  /** Becomes `lastmodified`. */
  readonly now: Date;
}

const DEFAULT_SCOPE = { name: "unencrypted_suffix", text: "_unencrypted" } as const;

/**
 * Opens a sealed file with one of the identities (`parseIdentities`) and verifies its MAC, every value and every
 * recipient entry. The first thing wrong is the only one told, and then nothing is given.
 */
export function open(
  file: SopsFile,
  identities: readonly Identity[],
  { macOnlyEncrypted = "refuse" }: OpenOptions = {},
): Result<Opened> {
  const leniency = { macOnlyEncrypted: macOnlyEncrypted === "accept" };
  return map(openText(file, identities, leniency), toOpened);
}

/** Seals a plain file under a new data key; needs no private key. */
export function seal(file: SopsFile, options: SealOptions): Result<string> {
  const { recipients, threshold, scope = DEFAULT_SCOPE, now } = options;
  const groups = recipients.every((one) => typeof one === "string")
    ? [recipients]
    : (recipients as string[][]);
  if (groups.some((group) => group.length === 0)) throw new TypeError("a key group needs a recipient");
  return map(
    sealText(file, { groups, scope, now, ...(threshold === undefined ? {} : { threshold }) }),
    (text) => text,
  );
}

/** Who can read a sealed file, by its labels; needs no key. */
export function recipientsOf(file: SopsFile): Result<readonly Recipient[]> {
  const parsed = parseFile(file);
  const sops = parsed.value?.documents[0]?.sops;
  if (!sops) return { ok: false, problems: parsed.diagnostics.map(toProblem) };
  return map(readMetadata(sops), (metadata) => recipientsIn(metadata).map(({ value }) => value));
}

function toOpened(opened: OpenedText): Opened {
  const { metadata, plain } = opened;
  const same = (text: string) => text;
  return {
    plain,
    values: opened.file.documents.flatMap((document) => valuesIn(document, opened)),
    recipients: recipientsIn(metadata).map(({ value }) => value),
    lastModified: new Date(metadata.lastmodified.value),
    edit: (text, how) => map(resealText(opened, text, how), same),
    rotate: (how) => map(rotateText(opened, how), same),
    rewrap: (recipients) => map(rewrapText(opened, recipients), same),
  };
}

function valuesIn({ root, index }: Document, { values }: OpenedText): readonly Value[] {
  const visit = (node: Node, path: readonly (string | number)[]): readonly Value[] => {
    if (node.kind === "map") return node.entries.flatMap(({ key, value }) => visit(value, [...path, key]));
    if (node.kind === "seq") return node.items.flatMap((item, at) => visit(item, [...path, at]));
    const value = values.get(node as SealedNode);
    return value ? [{ path, type: value.type, secret: value.secret }] : [];
  };
  return visit(root, [index]);
}

function map<T, U>({ value, diagnostics }: Checked<T | undefined>, to: (value: T) => U): Result<U> {
  if (value === undefined) return { ok: false, problems: diagnostics.map(toProblem) };
  return { ok: true, value: to(value) };
}

function toProblem({ code, message, hint, at }: Diagnostic): Problem {
  const place = at && positionAt(at.file, at.start);
  return { code, message, ...(hint === undefined ? {} : { hint }), ...place };
}
