import { expect } from "vitest";
import type { AimOptions } from "../../src/commands/secrets/aim.ts";
import { Secret } from "../../src/core/secret.ts";
import type { Outcome } from "../../src/outcome.ts";
import type { Prompt } from "../../src/ports.ts";
import { renderOutcome } from "../../src/render/outcome.ts";
import { openText } from "../../src/sops/opened.ts";
import { identitiesOf } from "./sealed-files.ts";
import { credentialYaml, ONE, sealedFor, type Tree, TWO } from "./secrets-ports.ts";

// What the tests of `set`, `unset` and `seal` share. Every secret in them has `canary` in it.

export const PROD = "warehouse.production.sops.yaml";
export const PRODUCTION: AimOptions = { environment: "production", all: false };
export const EVERYONE = identitiesOf("one", "two", "three");

/** Answers with these texts, one a question. */
export function prompt(...answers: readonly string[]): Prompt & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    isPiped: false,
    asked,
    readSecret: (question) => {
      asked.push(question);
      return Promise.resolve(new Secret(answers[asked.length - 1] ?? ""));
    },
  };
}

/** The plain text of a sealed file of the tree, verified. */
export function open(tree: Tree, path: string, identities = EVERYONE): string {
  const { value, diagnostics } = openText({ path, text: tree.texts.get(path) ?? "" }, identities);
  if (!value) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return value.plain.reveal();
}

/** All that a person would see, which must hold no secret; no scrubber helps here. */
export function shown(outcome: Outcome): string {
  const rendering = { command: "x", version: "0", color: false, scrub: (text: string) => text };
  const text = renderOutcome(outcome, { ...rendering, format: "text" });
  const json = renderOutcome(outcome, { ...rendering, format: "json" });
  expect(text.out + text.err + json.out + json.err).not.toContain("canary");
  return text.out + text.err;
}

/** The codes of what is told, which must hold no secret. */
export function codes(outcome: Outcome): readonly string[] {
  shown(outcome);
  return outcome.diagnostics.map(({ code }) => code);
}

/** Production's Credential with a password and a login, for `ONE` and `TWO`. */
export const BOTH = `${credentialYaml("{environment: production}", "canary-prod")}    login: canary-login\n`;
export const SEALED_BOTH = sealedFor(BOTH, [ONE, TWO]);
