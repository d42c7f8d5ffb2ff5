import { randomBytes, randomInt } from "node:crypto";

// Shamir's scheme over GF(2^8) with AES' polynomial, in the layout of HashiCorp's Vault that SOPS uses: the last byte
// of a share is its x, the others are the values there of one polynomial for each byte of the secret.

const MAX_PARTS = 255;

/**
 * Splits a secret into shares of which any `threshold` give it back, and fewer say nothing about it; with one part and
 * threshold 1 too. Throws if these numbers make no sense.
 */
export function splitSecret(secret: Uint8Array, parts: number, threshold: number): readonly Buffer[] {
  const isPossible = threshold >= 1 && parts >= threshold && parts <= MAX_PARTS && secret.length > 0;
  if (!isPossible) throw new Error("a secret cannot be split like this");
  // Lowest power last, as Horner's rule takes them.
  const coefficients = [...Array.from({ length: threshold - 1 }, () => randomBytes(secret.length)), secret];
  const shares = distinctPoints(parts).map((x) =>
    Buffer.from([
      ...secret.map((_, at) => coefficients.reduce((sum, row) => multiply(sum, x) ^ (row[at] ?? 0), 0)),
      x,
    ]),
  );
  for (const row of coefficients.slice(0, -1)) row.fill(0);
  return shares;
}

/** Distinct, none 0, at random: what a share's x is says nothing about its place. */
function distinctPoints(count: number): readonly number[] {
  const points = new Set<number>();
  while (points.size < count) points.add(randomInt(1, 256));
  return [...points];
}

/** Puts a secret together from its shares; undefined if they cannot belong together. */
export function combineShares(shares: readonly Buffer[]): Buffer | undefined {
  const length = shares[0]?.length ?? 0;
  const xs = shares.map((share) => share.at(-1) ?? 0);
  const fits = shares.every((share) => share.length === length) && new Set(xs).size === xs.length;
  if (length < 2 || !fits || xs.includes(0)) return undefined;
  const weights = xs.map((x, i) =>
    xs.reduce((weight, other, j) => (i === j ? weight : multiply(weight, divide(other, other ^ x))), 1),
  );
  return Buffer.from(
    Array.from({ length: length - 1 }, (_, at) =>
      shares.reduce((sum, share, i) => sum ^ multiply(share[at] ?? 0, weights[i] ?? 0), 0),
    ),
  );
}

function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ (product & 0x80 ? 0x11b : 0);
    if ((b >> bit) & 1) product ^= a;
  }
  return product;
}

/** a / b, with b^254 as the inverse of b. */
function divide(a: number, b: number): number {
  let inverse = 1;
  for (let i = 0; i < 254; i++) inverse = multiply(inverse, b);
  return multiply(a, inverse);
}
