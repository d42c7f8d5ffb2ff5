/**
 * Puts a secret together from its shares (Shamir over GF(2^8) with AES' polynomial; the last byte of a share is
 * its x), as SOPS splits a data key over key groups. Undefined if the shares cannot belong together.
 */
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
