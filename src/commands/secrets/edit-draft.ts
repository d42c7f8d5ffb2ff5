import type { Diagnostic } from "../../core/diagnostic.ts";
import { positionAt } from "../../core/source.ts";
import { disclosure } from "../../render/outcome.ts";
import { renderText } from "../../render/text.ts";

// What the user sees in the editor beside his own text.

/** The first draft of a Credential, by the name of its file in the layout that we teach. */
export function draftFor(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/(\.sops)?\.[^.]*$/, "");
  const [id = "NAME", ...words] = name.split(".");
  const [last, deployment] = [words.at(-1), words.length > 1 ? words[0] : undefined];
  const wanted =
    deployment !== undefined
      ? `{deployments: [${deployment}]}`
      : last === "all"
        ? "{all: true}"
        : // A name without a word for it must not open the secret to everybody.
          `{environment: ${last ?? "NAME"}}`;
  return `apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: ${id}
  for: ${wanted}
  secrets:
    password: ""
`;
}

const MARK = "# jackfield: ";

/** A text with its errors above it, for the next round. Lines are told as they are in what comes out. */
export function withErrors(text: string, errors: readonly Diagnostic[]): string {
  const lines = errors.flatMap(({ hint }) => (hint === undefined ? [""] : ["", ""])).length;
  const height = lines + HEAD.length;
  const told = errors.flatMap(({ at, code, message, hint }) => {
    const isHere = at !== undefined && at.end > 0 && at.file.text === text;
    const line = isHere ? `line ${positionAt(at.file, at.start).line + height}: ` : "";
    const place = at && !isHere && at.file.text !== text ? `${at.file.path}: ` : "";
    return [`${line}${place}${code} ${message}`, ...(hint === undefined ? [] : [`  hint: ${hint}`])];
  });
  return [...HEAD, ...told].map((one) => `${MARK}${one.replaceAll(/\s/g, " ")}\n`).join("") + text;
}

const HEAD = ["this text has errors. Lines that begin like this one are taken out again."];

/** A new file with what becomes of it above it. */
export function withWelcome(text: string): string {
  return `${MARK}a new file: it is sealed when you leave the editor. Leave it as it is, and nothing is written.\n${text}`;
}

/** The text without what we put above it. */
export function withoutNotes(text: string): string {
  return text.replace(new RegExp(`^(?:${MARK}.*\n)+`), "");
}

/** For the terminal. Of a text that nobody sealed yet only known words show. */
export function reportOf(errors: readonly Diagnostic[]): string {
  return renderText(errors, { color: false, disclosed: disclosure(undefined) });
}
