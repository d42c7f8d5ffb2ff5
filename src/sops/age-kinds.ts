import { decodeBech32, encodeBech32 } from "./bech32.ts";
import type { Identity } from "./identities.ts";
import { unwrapHybrid, wrapHybrid } from "./post-quantum.ts";
import { unwrapX25519, wrapX25519 } from "./x25519.ts";

/** The two kinds of age keys that need no plugin, by the names of their stanzas. */
export type AgeKind = "X25519" | "mlkem768x25519";

/** What a stanza holds. */
export interface WrappedFileKey {
  /** Its second argument: the ephemeral public key, or what encapsulates the secret. */
  readonly share: Buffer;
  readonly body: Buffer;
}

interface KindRules {
  /** What recipients of this kind begin with, without the `1` behind it. */
  readonly prefix: string;
  readonly publicLength: number;
  readonly shareLength: number;
  /** Undefined if the bytes are no usable public key. */
  readonly wrap: (fileKey: Buffer, publicKey: Uint8Array) => WrappedFileKey | undefined;
  readonly unwrap: (wrapped: WrappedFileKey, identity: Identity) => Buffer | "header" | "no-match";
}

export const AGE_KINDS: Readonly<Record<AgeKind, KindRules>> = {
  X25519: { prefix: "age", publicLength: 32, shareLength: 32, wrap: wrapX25519, unwrap: unwrapX25519 },
  mlkem768x25519: {
    prefix: "age1pq",
    publicLength: 1216,
    shareLength: 1120,
    wrap: wrapHybrid,
    unwrap: (wrapped, { privateKey }) => {
      const seed = privateKey.export();
      const fileKey = unwrapHybrid(wrapped, seed);
      seed.fill(0);
      return fileKey;
    },
  },
};

export function isAgeKind(name: string | undefined): name is AgeKind {
  return name !== undefined && Object.hasOwn(AGE_KINDS, name);
}

/** A public key as text: `age1…`, `age1pq1…`. */
export function recipientText(kind: AgeKind, publicKey: Uint8Array): string {
  return encodeBech32(AGE_KINDS[kind].prefix, publicKey);
}

export interface RecipientKey {
  readonly kind: AgeKind;
  readonly publicKey: Buffer;
}

/** The key that a recipient names; undefined if the text is anything else, one of a plugin for example. */
export function readRecipient(text: string): RecipientKey | undefined {
  const kind = text.startsWith("age1pq1") ? "mlkem768x25519" : "X25519";
  const { prefix, publicLength } = AGE_KINDS[kind];
  // In capitals it is Bech32 still, but age refuses it.
  const publicKey = text.startsWith("age1") ? decodeBech32(text, prefix) : undefined;
  return publicKey?.length === publicLength ? { kind, publicKey } : undefined;
}
