import { readFileSync } from "node:fs";
import type { Diagnostic } from "../../src/core/diagnostic.ts";
import type { ParsedFile } from "../../src/model/tree.ts";
import { parseFile } from "../../src/parse/parse.ts";
import type { Identity } from "../../src/sops/identities.ts";
import { parseIdentities } from "../../src/sops/identities.ts";
import { openFile } from "../../src/sops/open.ts";
import { fixturePath } from "./fixture.ts";

/** What a case of `fixtures/sops` is made to give. */
export interface Expected {
  /** `ok`, or the code of the one trouble. */
  readonly open: string;
  readonly lint: readonly string[];
  /** Type and plain text of every sealed value, in file order. */
  readonly values: readonly (readonly [type: string, text: string])[];
}

export function sealedText(name: string): string {
  return readFileSync(fixturePath("sops", name, "sealed.yaml"), "utf8");
}

export function expectedOf(name: string): Expected {
  return JSON.parse(readFileSync(fixturePath("sops", name, "expected.json"), "utf8"));
}

/** `quantum`: a post-quantum key. */
type KeyName = "one" | "two" | "three" | "quantum";

/** A throw-away key's text. */
export function keyText(name: KeyName): string {
  return readFileSync(fixturePath("sops", `throw-away-${name}.key.txt`), "utf8");
}

export function identitiesOf(...names: readonly KeyName[]): readonly Identity[] {
  return names.flatMap((name) => parseIdentities(keyText(name)).identities);
}

export function parsed(text: string, path = "sealed.yaml"): ParsedFile {
  const { value, diagnostics } = parseFile({ path, text });
  if (!value) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return value;
}

export interface Opened {
  readonly codes: readonly string[];
  readonly values: readonly (readonly [type: string, text: string])[] | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Opens a text, and says what came of it. */
export function opened(text: string, identities: readonly Identity[]): Opened {
  const { value, diagnostics } = openFile(parsed(text), identities);
  return {
    codes: diagnostics.map(({ code }) => code),
    values: value && [...value.values()].map(({ type, secret }) => [type, secret.reveal()]),
    diagnostics,
  };
}
