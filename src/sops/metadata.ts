import { type Checked, type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Span } from "../core/source.ts";
import type { Located, Recipient } from "../model/declaration.ts";
import { type Entry, entryOf, type MapNode, type Node, textOf } from "../model/tree.ts";
import { SCOPE_RULES, type ScopeRule } from "./scope.ts";

/** One age recipient and the data key (or its share) wrapped for it. */
export interface AgeRecipient {
  /** `age1…` or an SSH key: a label, which the wrapped key does not prove. */
  readonly recipient: Located<string>;
  readonly enc: Located<string>;
}

/** Whoever is in a group can open its share of the data key; without groups, the data key. */
export interface KeyGroup {
  readonly age: readonly AgeRecipient[];
  readonly others: readonly Located<Recipient>[];
}

/** The `sops` block of a document (reference: SOPS 3.13 `stores.go`). */
export interface SopsMetadata {
  /** At least one; more than one: the data key is split over them. */
  readonly groups: readonly KeyGroup[];
  /** How many groups it takes. */
  readonly threshold: number;
  readonly lastmodified?: Located<string>;
  /** The MAC's ciphertext. */
  readonly mac?: Located<string>;
  /** Absent: SOPS' default rule. */
  readonly rule?: ScopeRule;
  /** Set: only sealed values are under the MAC. */
  readonly macOnlyEncrypted?: Span;
  /** The first key of the block. */
  readonly at: Span;
}

type IdOf = (entry: MapNode) => string | undefined;

// How each kind writes the text that names its key; the forms are those of a `.sops.yaml`.
const OTHER_KINDS: Readonly<Record<string, IdOf>> = {
  kms: (entry) => joined(entry, "arn") && `${joined(entry, "arn")}${plus(joined(entry, "role"))}`,
  gcp_kms: (entry) => joined(entry, "resource_id"),
  azure_kv: (entry) => joined(entry, "vault_url", "/keys/", "name", "/", "version"),
  hc_vault: (entry) => joined(entry, "vault_address", "/v1/", "engine_path", "/keys/", "key_name"),
  hckms: (entry) => joined(entry, "key_id"),
  pgp: (entry) => joined(entry, "fp"),
};
const GROUP_KEYS = ["age", ...Object.keys(OTHER_KINDS)];
const OTHER_KEYS = ["key_groups", "shamir_threshold", "lastmodified", "mac", "version", "mac_only_encrypted"];
const KNOWN_KEYS: readonly string[] = [...GROUP_KEYS, ...OTHER_KEYS, ...SCOPE_RULES];

/**
 * Reads a `sops` block. The value is undefined if the block cannot be trusted to mean what it says: a piece of the wrong
 * form, or a key that we do not know, which may name a reader. Absent pieces are the caller's to judge.
 */
export function readMetadata(sops: MapNode): Checked<SopsMetadata | undefined> {
  const read = new Reader(sops);
  const at = sops.entries[0]?.keySpan ?? sops.span;
  const groups = read.groups();
  const [rule, second] = SCOPE_RULES.flatMap((name) => read.rule(name) ?? []);
  if (second) read.wrong(second.at, "the scope of the file", "one rule");
  const threshold = read.threshold(groups.length);
  const lastmodified = read.text("lastmodified", TIMESTAMP, "a time such as `2026-01-31T12:00:00Z`");
  read.text("version", VERSION, "a version such as `3.13.3`");
  const mac = read.mac();
  const macOnly = read.flag("mac_only_encrypted");
  for (const { key, keySpan } of sops.entries) {
    if (!KNOWN_KEYS.includes(key)) read.wrong(keySpan, "a key", "one that SOPS 3.13 writes");
  }
  if (groups.length === 0) read.wrong(at, "the list of recipients", "there");
  if (read.diagnostics.length > 0) return { value: undefined, diagnostics: read.diagnostics };
  const value = {
    groups,
    threshold,
    ...(lastmodified && { lastmodified }),
    ...(mac && { mac }),
    ...(rule && { rule }),
    ...(macOnly && { macOnlyEncrypted: macOnly }),
    at,
  };
  return { value, diagnostics: [] };
}

/** The recipients of a block, in file order by kind, whatever group they are in. */
export function recipientsIn({ groups }: SopsMetadata): readonly Located<Recipient>[] {
  return groups.flatMap(({ age, others }) => [
    ...age.map(({ recipient: { value: id, at } }) => ({ value: { kind: "age", id }, at })),
    ...others,
  ]);
}

// Messages name recipients: whatever else stands in their place, a private key perhaps, must not get there.
const AGE_RECIPIENT = /^(?:age1[0-9a-z+.-]+|ssh-(?:ed25519|rsa) [A-Za-z0-9+/]+={0,2})$/;
const VERSION = /^\d+\.\d+\.\d+(-[\w.-]+)?$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

class Reader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #sops: MapNode;

  constructor(sops: MapNode) {
    this.#sops = sops;
  }

  wrong(at: Span, what: string, expected: string): undefined {
    this.diagnostics.push(diagnostic("JF304", at, { what, expected }));
  }

  groups(): readonly KeyGroup[] {
    const flat = this.group(this.#sops);
    const listed = this.items(entryOf(this.#sops, "key_groups"));
    const groups = listed.flatMap((node) => this.listedGroup(node) ?? []);
    const isFlat = flat.age.length + flat.others.length > 0;
    if (isFlat && groups.length > 0)
      this.wrong(this.#sops.span, "recipients", "in `key_groups` or outside, not both");
    return isFlat ? [flat] : groups;
  }

  listedGroup(node: Node): KeyGroup | undefined {
    if (node.kind !== "map") return this.wrong(node.span, "a key group", "a map");
    for (const { key, keySpan } of node.entries) {
      if (!GROUP_KEYS.includes(key)) this.wrong(keySpan, "a key of a key group", GROUP_KEYS.join(", "));
    }
    const group = this.group(node);
    if (group.age.length + group.others.length > 0) return group;
    return this.wrong(node.span, "a key group", "one with recipients");
  }

  group(map: MapNode): KeyGroup {
    const age = this.items(entryOf(map, "age")).flatMap((node) => this.age(node) ?? []);
    const others = Object.entries(OTHER_KINDS).flatMap(([kind, idOf]) =>
      this.items(entryOf(map, kind)).flatMap((node) => {
        const id = node.kind === "map" ? idOf(node) : undefined;
        if (id === undefined) this.wrong(node.span, `an entry of \`${kind}\``, "as SOPS writes it");
        return id === undefined ? [] : [{ value: { kind, id }, at: node.span }];
      }),
    );
    return { age, others };
  }

  age(node: Node): AgeRecipient | undefined {
    const recipient = entryOf(node, "recipient")?.value;
    const enc = entryOf(node, "enc")?.value;
    // An SSH key may have a comment behind it, which names nobody.
    const label = textOf(recipient)?.replace(/^(ssh-\S+ \S+) .*$/, "$1");
    const armor = textOf(enc);
    if (!recipient || !enc || !label || armor === undefined) {
      return this.wrong(node.span, "an entry of `age`", "a map of `recipient` and `enc`");
    }
    if (!AGE_RECIPIENT.test(label))
      return this.wrong(recipient.span, "`recipient`", "an age recipient (`age1…`) or an SSH key");
    return { recipient: { value: label, at: recipient.span }, enc: { value: armor, at: enc.span } };
  }

  /** Old versions of SOPS write empty lists and nulls where there are none. */
  items(entry: Entry | undefined): readonly Node[] {
    if (!entry || (entry.value.kind === "scalar" && entry.value.value === null)) return [];
    if (entry.value.kind === "seq") return entry.value.items;
    this.wrong(entry.keySpan, `\`${entry.key}\``, "a list");
    return [];
  }

  rule(name: ScopeRule["name"]): ScopeRule | undefined {
    const located = this.text(name, /^/, "a text");
    return located?.value ? { name, text: located.value, at: located.at } : undefined;
  }

  text(key: string, form: RegExp, expected: string): Located<string> | undefined {
    const node = entryOf(this.#sops, key)?.value;
    if (!node) return undefined;
    const text = textOf(node);
    if (text === undefined || !form.test(text)) return this.wrong(node.span, `\`${key}\``, expected);
    return { value: text, at: node.span };
  }

  mac(): Located<string> | undefined {
    const node = entryOf(this.#sops, "mac")?.value;
    if (!node) return undefined;
    if (node.kind !== "sealed") return this.wrong(node.span, "`mac`", "a ciphertext");
    return { value: node.ciphertext, at: node.span };
  }

  threshold(groups: number): number {
    const node = entryOf(this.#sops, "shamir_threshold")?.value;
    if (!node) return groups;
    const value = node.kind === "scalar" && typeof node.value === "bigint" ? Number(node.value) : -1;
    // SOPS writes 0 for none.
    if (value === 0) return groups;
    if (value < 1 || value > groups) this.wrong(node.span, "`shamir_threshold`", `from 1 to ${groups}`);
    return value;
  }

  flag(key: string): Span | undefined {
    const entry = entryOf(this.#sops, key);
    if (!entry) return undefined;
    const value = entry.value.kind === "scalar" ? entry.value.value : undefined;
    if (typeof value !== "boolean") return this.wrong(entry.value.span, `\`${key}\``, "`true` or `false`");
    return value ? entry.keySpan : undefined;
  }
}

/** Texts under keys, with separators between them; undefined if one is missing. */
function joined(entry: MapNode, key: string, ...rest: readonly string[]): string | undefined {
  const [separator, ...more] = rest;
  const text = textOf(entryOf(entry, key)?.value)?.replace(/\/$/, "");
  if (!text || separator === undefined) return text || undefined;
  const [next = "", ...others] = more;
  const tail = joined(entry, next, ...others);
  return tail && `${text}${separator}${tail}`;
}

function plus(role: string | undefined): string {
  return role ? `+${role}` : "";
}
