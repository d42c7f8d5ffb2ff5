import type { Recipient } from "../model/declaration.ts";

/** The kinds of recipients whose entry says which server to ask. */
const SERVED: readonly string[] = ["hc_vault", "azure_kv"];

/** Scheme and host of the server that a recipient's entry names; undefined for kinds that name none, or if it is no URL. */
export function serverOf({ kind, id }: Recipient): string | undefined {
  return SERVED.includes(kind) ? /^https?:\/\/[^/\s,]+/.exec(id)?.[0] : undefined;
}

/** Whether opening a file for this recipient would ask a server that none of the listed recipients names. */
export function isUnlisted(recipient: Recipient, listed: readonly Recipient[]): boolean {
  if (!SERVED.includes(recipient.kind)) return false;
  const server = serverOf(recipient);
  return (
    server === undefined || !listed.some((one) => one.kind === recipient.kind && serverOf(one) === server)
  );
}
