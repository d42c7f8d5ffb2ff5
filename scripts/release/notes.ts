import { Refusal } from "./run.ts";

export interface Notes {
  readonly text: string;
  /** As the changelog has it: a date, or `unreleased`. */
  readonly date: string;
}

/** What the changelog says of a version. Throws Refusal if that is nothing. */
export function notesOf(changelog: string, version: string): Notes {
  const [, ...sections] = changelog.split(/^## /m);
  const own = sections.find((section) => section.startsWith(`${version}, `));
  const [title = "", ...lines] = own?.split("\n") ?? [];
  const text = lines.join("\n").trim();
  if (text === "") throw new Refusal(`CHANGELOG.md says nothing of ${version}: \`## ${version}, DATE\``);
  return { text: `${text}\n`, date: title.slice(version.length + 2).trim() };
}
