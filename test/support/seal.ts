/**
 * Makes the sealed files of the fixtures without any key: `node test/support/seal.ts FILE…` turns each
 * `ENC(name)` into a ciphertext and a last line `sops: [prod, dev]` into the metadata that `sops` writes for
 * these recipients. Nothing is behind the ciphertexts; what real ones hold is tested with the real `sops`.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

/** Public keys whose private halves were thrown away. */
export const RECIPIENTS = {
  prod: "age1gnpaqr2htawe5stxs6u8lr0lvtv7dtn9aczqkx5rrvf4kfvk3ajs2kqlw2",
  dev: "age1sw5ecggtl9zw6c083lrrelmmp60spzmfrt6fcamvg3d2d452pv3ssjm5up",
  breakglass: "age16ehhgeqla7wltk6ejac7dxva6pt0hsgryarfec056qhddzents7qgfnl2s",
  other: "age1d74gpwrf55ljm0htxjwaspa8arayg00m8392j0w45cvqytv6f59sk9qued",
} as const;

export type RecipientName = keyof typeof RECIPIENTS;

// One age stanza of X25519, as `sops` wraps a data key.
const WRAPPED = [
  "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBTa2dIdCtRVXI2T0JTYXcr",
  "SDlCVDNSc0tyb0JoaXg0aG1paEZ2dXpPUkRFCjV5MmpqTUhvY1hMNmtjdlpFREJK",
  "VXB2LzNJUzZRZUlGZEw4VGcvSzZTVXMKLS0tIDBMcytrY2NLb3o0K1VNeVh4empZ",
  "d1dnNXV1VzErTFhpL1MxNnc4RFRNQzQKj2KYl4z0DBwKXjYYOPR18nyrBG/tn+5X",
];
/** What is wrapped: the end of the payload. */
const PAYLOAD_LENGTH = 40;

/** A ciphertext of the form SOPS gives it, the same for the same name. */
export function ciphertext(name: string, type = "str"): string {
  const part = (what: string, bytes: number) =>
    createHash("sha512").update(`${what} ${name}`).digest().subarray(0, bytes).toString("base64");
  return `ENC[AES256_GCM,data:${part("data", 12)},iv:${part("iv", 32)},tag:${part("tag", 16)},type:${type}]`;
}

/** The `sops` key of a file with this content, sealed for these recipients: no two files have one MAC or wrapped key. */
export function sopsBlock(recipients: readonly RecipientName[], content: string): string {
  const entries = recipients.map((name) => {
    const payload = createHash("sha512").update(`${name} ${content}`).digest().subarray(0, PAYLOAD_LENGTH);
    const armor = [...WRAPPED, payload.toString("base64")];
    const lines = ["-----BEGIN AGE ENCRYPTED FILE-----", ...armor, "-----END AGE ENCRYPTED FILE-----"];
    const block = lines.map((line) => `            ${line}\n`).join("");
    return `        - enc: |\n${block}          recipient: ${RECIPIENTS[name]}\n`;
  });
  return `sops:
    age:
${entries.join("")}    encrypted_regex: ^secrets$
    lastmodified: "2026-01-01T00:00:00Z"
    mac: ${ciphertext(`mac of ${recipients.join()} ${content}`)}
    version: 3.13.3
`;
}

/** The text of a fixture with its short forms written out. */
export function sealed(text: string): string {
  return text
    .replaceAll(/ENC\(([^()]*)\)/g, (_, name: string) => ciphertext(name))
    .replaceAll(/^sops: \[([\w, ]*)\]\n/gm, (_, names: string) =>
      sopsBlock(names.split(", ") as RecipientName[], text),
    );
}

if (import.meta.main) {
  for (const path of process.argv.slice(2)) writeFileSync(path, sealed(readFileSync(path, "utf8")));
}
