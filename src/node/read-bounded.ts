import { closeSync, openSync, readSync } from "node:fs";

const CHUNK = 1 << 16;

/** All bytes of a file, or of a pipe. Throws EFBIG after so many: a device has no end, and tells no size. */
export function readBounded(path: string, limit: number): Buffer {
  const file = openSync(path, "r");
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for (let read = -1; read !== 0; length += read) {
      if (length > limit) throw Object.assign(new Error("too large"), { code: "EFBIG" });
      const chunk = Buffer.alloc(CHUNK);
      read = readSync(file, chunk, 0, CHUNK, null);
      chunks.push(chunk.subarray(0, read));
    }
    return Buffer.concat(chunks);
  } finally {
    closeSync(file);
  }
}
