import { spawnSync } from "node:child_process";

/** What a release cannot do without. Ends the script with one line. */
export class Refusal extends Error {}

interface Running {
  readonly cwd: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a program prints. Throws Refusal if it fails. */
export function run(program: string, args: readonly string[], { cwd, input, env }: Running): string {
  const ran = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    ...(input === undefined ? {} : { input }),
    env: { ...process.env, ...env },
  });
  if (ran.status === 0) return ran.stdout;
  const said = `${ran.stdout ?? ""}${ran.stderr ?? ""}`.trim() || String(ran.error ?? "");
  throw new Refusal(`\`${[program, ...args].join(" ")}\` failed:\n${said}`);
}
