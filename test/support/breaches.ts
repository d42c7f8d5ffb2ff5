import { expect } from "vitest";
import { KEY, leaksIn } from "./leaks.ts";
import { type Call, call } from "./sandbox.ts";

/** Codes of diagnostics that calls have told. */
export const seen = new Set<string>();

export interface Breach {
  readonly call: string;
  readonly where: string;
  readonly pieces: readonly string[];
}

/** Calls one command, and gives what it should not have told. Files below `out` are where plain secrets belong. */
export async function breaches(
  name: string,
  one: Call,
  after: (told: string) => void = () => {},
): Promise<readonly Breach[]> {
  const ran = await call({ ...one, env: { SOPS_AGE_KEY: KEY, EDITOR: "true", ...one.env } });
  for (const code of ran.codes) seen.add(code);
  after(ran.err);
  const places = [
    ["out", ran.out],
    ["err", ran.err],
    ...[...ran.written].filter(([path]) => !path.startsWith("repo/out/")),
  ] as const;
  const found = places.map(([where, text]) => ({ call: name, where, pieces: leaksIn(text).slice(0, 3) }));
  expect({ call: name, err: ran.err }).not.toMatchObject({ err: expect.stringContaining("JF901") });
  return found.filter(({ pieces }) => pieces.length > 0);
}

/** For people, and for programs. */
export const FORMATS = [
  ["--color", "always"],
  ["--format", "json"],
];
