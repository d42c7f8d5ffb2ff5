import { blocksOf, matches, readPage, runPage, stepsOf } from "./docs.ts";

/** Commands in the docs that tests do not run, and why. */
const NOT_RUN: readonly (readonly [what: RegExp, why: string])[] = [
  [/^npm /, "the gate runs these itself, and a test that runs the tests does not end"],
  [/^git clone /, "needs a network"],
  [/^jackfield completion (bash|zsh|fish) > ~/, "changes the set-up of the reader's shell"],
];

/** False for a command that the docs show but tests leave alone. */
export function isRun(command: string): boolean {
  return !NOT_RUN.some(([what]) => what.test(command));
}

/** What a page says and what its commands do instead: one text for each step that differs. */
export function checkPage(page: string): readonly string[] {
  const ran = runPage(readPage(page), (command) => !isRun(command));
  return ran
    .filter(({ step, actual }) => !matches(actual, step.expected))
    .map(({ step, actual }) => {
      const said = step.expected.map((line) => `- ${line}\n`).join("");
      return `${page}:${step.at}: $ ${step.command}\n${said}${actual.map((line) => `+ ${line}\n`).join("")}`;
    });
}

const TOOLS = /\b(sops|age-keygen|git) -?[a-z]/;

/** True for a page with commands of `sops`, `age` or `git`, which `npm test` cannot expect to be there. */
export function needsTools(page: string): boolean {
  const consoles = blocksOf(readPage(page)).filter(({ language }) => language === "console");
  return consoles.flatMap(stepsOf).some(({ command }) => isRun(command) && TOOLS.test(command));
}
