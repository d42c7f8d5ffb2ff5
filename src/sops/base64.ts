/** The bytes of canonical, padded standard base64; undefined for anything else. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

/** The bytes of canonical, unpadded standard base64, as age writes it; undefined for anything else. */
export function decodeRawBase64(text: string): Buffer | undefined {
  if (text.includes("=")) return undefined;
  return decodeBase64(text.padEnd(Math.ceil(text.length / 4) * 4, "="));
}

/** Unpadded standard base64, as age writes it. */
export function encodeRawBase64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
