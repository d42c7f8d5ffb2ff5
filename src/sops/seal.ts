import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { type Checked, type Diagnostic, diagnostic, hasErrors } from "../core/diagnostic.ts";
import type { SourceFile } from "../core/source.ts";
import { entryOf, type ParsedFile } from "../model/tree.ts";
import { parseFile } from "../parse/parse.ts";
import { type BlockContent, blockEdit } from "./block-text.ts";
import { applyEdits } from "./edits.ts";
import { SCOPE } from "./lint.ts";
import { checkSealed } from "./open.ts";
import { compileScope, type ScopeRule } from "./scope.ts";
import { type SealValue, sealingEdits } from "./sealing-edits.ts";
import { sealValue } from "./value.ts";
import { wrapDataKey } from "./wrap.ts";

/** For whom and how a file is sealed. */
export interface Sealing {
  /** age recipients (`age1…`); more than one group: the data key is split over them. */
  readonly groups: readonly (readonly string[])[];
  /** How many groups it takes; default: all. */
  readonly threshold?: number;
  /** Default: the one of our documents, `encrypted_regex: ^secrets$`. */
  readonly scope?: Pick<ScopeRule, "name" | "text">;
  /** Becomes `lastmodified`. */
  readonly now: Date;
}

const KEY_LENGTH = 32;

/**
 * Seals a plain YAML or JSON file (told by its name) under a new data key. Layout and comments stay; comments in scope
 * are sealed too. Needs no private key. Nothing is given if anything in the file cannot be sealed.
 */
export function sealText(file: SourceFile, sealing: Sealing): Checked<string | undefined> {
  const parsed = parsePlain(file);
  if (!parsed.value) return { value: undefined, diagnostics: parsed.diagnostics };
  const bytes = randomBytes(KEY_LENGTH);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return sealParsed(parsed.value, key, (plain, type, aad) => sealValue(plain, type, key, aad), {
    ...sealing,
    rule: sealing.scope ?? SCOPE,
  });
}

/** A plain file as SOPS would take it: at least one entry, and no `sops` block yet. */
export function parsePlain(file: SourceFile): Checked<ParsedFile | undefined> {
  const { value, diagnostics } = parseFile(file);
  // Merge keys are none of our language, but SOPS seals them like any other key.
  const troubles = diagnostics.filter(({ code }) => code !== "JF107");
  if (!value || hasErrors(troubles)) return { value: undefined, diagnostics: troubles };
  const blocks = value.documents.flatMap(({ root, sopsKey }) => {
    const at = sopsKey ?? entryOf(root, "sops")?.keySpan;
    return at ? [diagnostic("JF355", at, {})] : [];
  });
  const start = { file, start: 0, end: 0 };
  // SOPS takes any `%YAML` for another YAML than its own.
  const directive = /^(?:\s*(?:#.*)?\n)*%/.exec(file.text);
  if (directive)
    blocks.push(diagnostic("JF350", { ...start, end: directive[0].length }, { what: "directive" }));
  if (value.documents[0]?.root.entries.length)
    return { value: blocks.length > 0 ? undefined : value, diagnostics: blocks };
  return { value: undefined, diagnostics: [...blocks, diagnostic("JF353", start, {})] };
}

/** What sealing needs beside the file, the key and the ciphertexts. */
export interface SealingParts {
  readonly groups: readonly (readonly string[])[];
  readonly threshold?: number;
  /** Absent: SOPS' default rule. */
  readonly rule?: Pick<ScopeRule, "name" | "text">;
  readonly now: Date;
}

/** Seals under a given data key. Throws if what came out would not open: a defect must not reach a file. */
export function sealParsed(
  file: ParsedFile,
  key: KeyObject,
  seal: SealValue,
  { groups, threshold = groups.length, rule, now }: SealingParts,
): Checked<string | undefined> {
  const scope = compileScope(rule);
  if (!scope) return refused(diagnostic("JF325", undefined, {}));
  const sealed = sealingEdits(file, scope, seal);
  const wrapped = wrapDataKey(key, groups, threshold);
  if (!sealed.value || !wrapped.value) {
    return { value: undefined, diagnostics: [...sealed.diagnostics, ...wrapped.diagnostics] };
  }
  const lastmodified = timestamp(now);
  const mac = sealValue(sealed.value.mac, "str", key, lastmodified);
  const content: BlockContent = {
    groups: wrapped.value,
    threshold,
    lastmodified,
    mac,
    ...(rule && { rule }),
  };
  const blocks = file.documents.map((document) => blockEdit(document, content));
  const text = applyEdits(file.file.text, [...sealed.value.edits, ...blocks]);
  checkSealed({ ...file.file, text }, key);
  return { value: text, diagnostics: [] };
}

/** As SOPS writes `lastmodified`: UTC, whole seconds. */
function timestamp(now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z`;
}

function refused(trouble: Diagnostic): Checked<undefined> {
  return { value: undefined, diagnostics: [trouble] };
}
