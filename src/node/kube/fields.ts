import { readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { type Entry, unfit } from "./kubeconfig.ts";

/** A text of an entry; undefined if it is absent or empty. Throws PortFailure (JF702) if it is something else. */
export function textIn(context: string, { body }: Entry, key: string): string | undefined {
  const text = body[key];
  if (text === undefined || text === null || text === "") return undefined;
  if (typeof text !== "string") throw unfit(context, `has a \`${key}\` that is no text`);
  return text;
}

/** What a key with `-data` holds, else the file that the key names. */
export function pemIn(context: string, entry: Entry, key: string): Buffer | undefined {
  const data = textIn(context, entry, `${key}-data`);
  if (data !== undefined) return Buffer.from(data, "base64");
  const path = textIn(context, entry, key);
  return path === undefined ? undefined : fileIn(context, entry, key, path);
}

/** The bytes of a file that an entry names. */
export function fileIn(context: string, { folder }: Entry, key: string, path: string): Buffer {
  try {
    return readFileSync(isAbsolute(path) ? path : join(folder, path));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw unfit(context, `names a \`${key}\` that cannot be read: ${code}`);
  }
}
