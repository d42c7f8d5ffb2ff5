import { createHash, createSecretKey, type Hash, type KeyObject, timingSafeEqual } from "node:crypto";
import { type Checked, type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { Secret } from "../core/secret.ts";
import type { SourceFile } from "../core/source.ts";
import type { ParsedFile, SealedNode } from "../model/tree.ts";
import type { UnsealedValue } from "../model/unsealed.ts";
import { parseFile } from "../parse/parse.ts";
import { findDataKey } from "./data-key.ts";
import type { Identity } from "./identities.ts";
import { readMetadata, type SopsMetadata } from "./metadata.ts";
import { fitsType, hashedText } from "./scalars.ts";
import { compileScope, type Scope } from "./scope.ts";
import { openSealed, readSealed } from "./value.ts";
import { type ScopedLeaf, scopedLeaves } from "./walk.ts";

export type Unsealed = ReadonlyMap<SealedNode, UnsealedValue>;

/**
 * Opens a sealed file as a whole, as SOPS does: the data key with one of the identities, every value in scope, and the
 * MAC over all documents, always. The first trouble is the only one told, and then nothing is given. Comments that
 * SOPS sealed inside lists are left out of the result.
 */
export function openFile(file: ParsedFile, identities: readonly Identity[]): Checked<Unsealed | undefined> {
  const { value, diagnostics } = openWithKey(file, identities);
  return { value: value?.values, diagnostics };
}

/** A file that was opened, with what it takes to seal it again. */
export interface Opened extends Readable {
  readonly values: Unsealed;
  readonly key: KeyObject;
}

/** What else than the strict reading is let through. */
export interface Leniency {
  /** Files whose MAC covers sealed values only: who may write them can change the rest unseen. */
  readonly macOnlyEncrypted?: boolean;
}

/** The same, with the data key. */
export function openWithKey(
  file: ParsedFile,
  identities: readonly Identity[],
  leniency: Leniency = {},
): Checked<Opened | undefined> {
  const { value: readable, diagnostics } = readForOpening(file, leniency);
  if (!readable) return { value: undefined, diagnostics };
  const bytes = findDataKey(readable.metadata, identities);
  if (!Buffer.isBuffer(bytes)) return refused(bytes);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  const opened = openDocuments(file, { ...readable, key });
  if ("code" in opened) return refused(opened);
  return { value: { ...readable, key, values: opened.values }, diagnostics: [] };
}

/** Throws if a file that we sealed does not open with its data key: it must not be written. */
export function checkSealed(source: SourceFile, key: KeyObject): void {
  const { value: file } = parseFile(source);
  const readable = file && readForOpening(file).value;
  const opened = readable && openDocuments(file, { ...readable, key });
  if (!opened || "code" in opened) throw new Error("what was sealed does not open");
}

function refused(trouble: Diagnostic): Checked<undefined> {
  return { value: undefined, diagnostics: [trouble] };
}

/** What a file's block says. */
export interface Readable {
  readonly metadata: SopsMetadata & Required<Pick<SopsMetadata, "mac" | "lastmodified">>;
  readonly scope: Scope;
}

/** The first document's `sops` block speaks for the file, if it holds all that opening needs. */
export function readForOpening(file: ParsedFile, leniency: Leniency = {}): Checked<Readable | undefined> {
  const first = file.documents[0];
  const start = { file: file.file, start: 0, end: 0 };
  if (!first?.sops) return refused(diagnostic("JF302", first?.root.entries[0]?.keySpan ?? start, {}));
  const { value: metadata, diagnostics } = readMetadata(first.sops);
  if (!metadata) return { value: undefined, diagnostics };
  const { mac, lastmodified, rule } = metadata;
  const unfit = missingPart(metadata) ?? (leniency.macOnlyEncrypted ? undefined : macOnly(metadata));
  if (unfit) return refused(unfit);
  if (!mac || !lastmodified) throw new Error("`missingPart` tells this");
  const scope = compileScope(rule);
  if (!scope) return refused(diagnostic("JF325", rule?.at ?? metadata.at, {}));
  return { value: { metadata: { ...metadata, mac, lastmodified }, scope }, diagnostics: [] };
}

/** The trouble that a block has no MAC, or no time that it is bound to. */
export function missingPart({ mac, lastmodified, at }: SopsMetadata): Diagnostic | undefined {
  if (mac && lastmodified) return undefined;
  return diagnostic("JF307", at, { name: mac ? "lastmodified" : "mac" });
}

/** The trouble that a file's plain values are not under its MAC. */
export function macOnly({ macOnlyEncrypted: at }: SopsMetadata): Diagnostic | undefined {
  const hint =
    "who may write the file could change the host beside a password; remove the line and re-encrypt";
  return at && diagnostic("JF306", at, {}, { hint });
}

interface Opening extends Readable {
  readonly key: KeyObject;
}

function openDocuments(file: ParsedFile, opening: Opening): { readonly values: Unsealed } | Diagnostic {
  const hash = createHash("sha512");
  const sealedOnly = opening.metadata.macOnlyEncrypted !== undefined;
  if (sealedOnly) hash.update(createHash("sha256").update("sops").digest());
  const values = new Map<SealedNode, UnsealedValue>();
  for (const document of file.documents) {
    for (const leaf of scopedLeaves(document, file, opening.scope)) {
      if (sealedOnly && !leaf.inScope) continue;
      const opened = openLeaf(leaf, opening.key, hash);
      if (opened && "code" in opened) return opened;
      if (opened && leaf.node.kind === "sealed") values.set(leaf.node, opened);
    }
  }
  return checkMac(hash, opening) ?? { values };
}

/** The value of a sealed leaf in scope; nothing for others, and for comments. Feeds the MAC. */
function openLeaf(leaf: ScopedLeaf, key: KeyObject, hash: Hash): UnsealedValue | Diagnostic | undefined {
  const { node, aad, inScope } = leaf;
  if (node.kind === "scalar") {
    const text = hashedText(node);
    if (text !== undefined && text !== "") {
      if (inScope) return diagnostic("JF308", node.span, {});
      hash.update(text);
    }
    return undefined;
  }
  if (!inScope) {
    hash.update(node.ciphertext);
    return undefined;
  }
  return openNode(node, aad, key, hash);
}

function openNode(
  node: SealedNode,
  aad: string,
  key: KeyObject,
  hash: Hash,
): UnsealedValue | Diagnostic | undefined {
  const sealed = readSealed(node.ciphertext);
  if (!sealed) return diagnostic("JF309", node.span, { what: "ciphertext" });
  const plain = openSealed(sealed, key, aad);
  if (!plain) return diagnostic("JF331", node.span, {}, { hint: HINT_MOVED });
  try {
    const { type } = sealed;
    if (type === "comment") return undefined;
    hash.update(plain);
    const text = plain.toString(type === "bytes" ? "base64" : "utf8");
    const isText = type === "bytes" || Buffer.from(text).equals(plain);
    if (!isText || !fitsType(text, type)) return diagnostic("JF332", node.span, {});
    return { type, secret: new Secret(text) };
  } finally {
    plain.fill(0);
  }
}

const HINT_MOVED = "a sealed value belongs to its place: seal it anew instead of moving or copying it";

function checkMac(hash: Hash, { metadata, key }: Opening): Diagnostic | undefined {
  const { mac, lastmodified } = metadata;
  const sealed = readSealed(mac.value);
  const expected = sealed && openSealed(sealed, key, lastmodified.value);
  if (!expected) return diagnostic("JF333", mac.at, {});
  const actual = Buffer.from(hash.digest("hex").toUpperCase());
  if (sealed.type === "str" && expected.length === actual.length && timingSafeEqual(expected, actual))
    return undefined;
  const hint = `restore the file, and change it with \`jackfield secrets edit ${mac.at.file.path}\`, which renews the MAC`;
  return diagnostic("JF334", mac.at, {}, { hint });
}
