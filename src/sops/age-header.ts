import { decodeBase64, decodeRawBase64 } from "./base64.ts";

/** The parts of an age file (C2SP age specification, v1). */
export interface AgeFile {
  readonly stanzas: readonly AgeStanza[];
  /** The header up to and including `---`, which the MAC covers. */
  readonly macInput: Buffer;
  readonly mac: Buffer;
  readonly payload: Buffer;
}

export interface AgeStanza {
  readonly args: readonly string[];
  readonly body: Buffer;
}

// 48 bytes a line, in the armor and in stanza bodies.
const COLUMNS = 64;
const ARMOR =
  /^\s*-----BEGIN AGE ENCRYPTED FILE-----\r?\n((?:[A-Za-z0-9+/]{64}\r?\n)*(?:[A-Za-z0-9+/=]{1,64}\r?\n)?)-----END AGE ENCRYPTED FILE-----\s*$/;
const MAX_ARMOR = 64 * 1024;

/** The bytes of an armored age file; undefined if the armor is not exactly as age writes it. */
export function readArmor(text: string): Buffer | undefined {
  const body = text.length <= MAX_ARMOR ? ARMOR.exec(text)?.[1] : undefined;
  return body === undefined ? undefined : decodeBase64(body.replace(/\r?\n/g, ""));
}

/** The armor of a binary age file, as age writes it: with a line break at its end. */
export function writeArmor(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN AGE ENCRYPTED FILE-----", ...lines, "-----END AGE ENCRYPTED FILE-----", ""].join("\n");
}

/** The parts of a binary age file; undefined if the header breaks any rule of the specification. */
export function readAgeFile(bytes: Buffer): AgeFile | undefined {
  const lines = new Lines(bytes);
  if (lines.next() !== "age-encryption.org/v1") return undefined;
  const stanzas: AgeStanza[] = [];
  for (;;) {
    const start = lines.at;
    const line = lines.next();
    if (line === undefined) return undefined;
    if (line.startsWith("---")) {
      const mac = /^--- (\S{43})$/.exec(line)?.[1];
      const decoded = mac === undefined ? undefined : decodeRawBase64(mac);
      if (!decoded || stanzas.length === 0) return undefined;
      const macInput = bytes.subarray(0, start + 3);
      return { stanzas, macInput, mac: decoded, payload: bytes.subarray(lines.at) };
    }
    const stanza = readStanza(line, lines);
    if (!stanza) return undefined;
    stanzas.push(stanza);
  }
}

function readStanza(line: string, lines: Lines): AgeStanza | undefined {
  if (!/^->(?: [!-~]+)+$/.test(line)) return undefined;
  const parts: Buffer[] = [];
  for (;;) {
    const text = lines.next();
    if (text === undefined || text.length > COLUMNS) return undefined;
    const part = decodeRawBase64(text);
    if (!part) return undefined;
    parts.push(part);
    if (text.length < COLUMNS) return { args: line.slice(3).split(" "), body: Buffer.concat(parts) };
  }
}

/** Reads lines that end in `\n`, byte by byte as they are. */
class Lines {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  next(): string | undefined {
    const end = this.#bytes.indexOf(10, this.at);
    if (end < 0) return undefined;
    const line = this.#bytes.toString("latin1", this.at, end);
    this.at = end + 1;
    return line;
  }
}
