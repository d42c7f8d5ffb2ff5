import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** A throw-away key of GnuPG's, in a home of its own. */
export interface GpgHome {
  readonly env: { readonly PATH: string; readonly HOME: string; readonly GNUPGHOME: string };
  readonly fingerprint: string;
  /** Ends the agent. */
  close(): void;
}

/** `folder` must have a short path, and be there: sockets of the agent's lie in it. */
export function makeGpgHome(folder: string): GpgHome {
  const home = join(folder, "gnupg");
  const env = { PATH: process.env.PATH ?? "", HOME: folder, GNUPGHOME: home };
  const run = (name: string, ...args: readonly string[]) =>
    execFileSync(name, args, { env, cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  mkdirSync(home, { mode: 0o700 });
  const kind = ["throw-away@example.com", "default", "default", "never"];
  run("gpg", "--batch", "--passphrase", "", "--quick-generate-key", ...kind);
  const fingerprint = /^fpr:+(\w+):/m.exec(run("gpg", "--list-keys", "--with-colons"))?.[1] ?? "";
  return { env, fingerprint, close: () => void run("gpgconf", "--kill", "all") };
}
