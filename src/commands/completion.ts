import { diagnostic } from "../core/diagnostic.ts";
import { type Outcome, usage } from "../outcome.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;

/** What a completion script offers: the commands by their full names, each with its options. */
export type Vocabulary = ReadonlyMap<string, readonly string[]>;

/** `jackfield completion SHELL`: a script for the shell to source. */
export function completion(shell: string, vocabulary: Vocabulary): Outcome {
  const known = SHELLS.find((name) => name === shell);
  if (!known) {
    const hint = `one of ${SHELLS.join(", ")}`;
    return usage(diagnostic("JF002", undefined, { what: "shell", name: shell }, { hint }));
  }
  const script = known === "fish" ? fish(vocabulary) : bash(vocabulary, known === "zsh");
  return { diagnostics: [], result: { shell, script }, text: script };
}

/** The words after `jackfield`, and for those that are groups the words after them. */
function groupsOf(vocabulary: Vocabulary): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, readonly string[]>();
  for (const name of vocabulary.keys()) {
    const [first = "", second] = name.split(" ");
    groups.set(first, [...(groups.get(first) ?? []), ...(second === undefined ? [] : [second])]);
  }
  return groups;
}

function bash(vocabulary: Vocabulary, zsh: boolean): string {
  const groups = groupsOf(vocabulary);
  const cases = [...groups].map(([name, words]) =>
    words.length === 0
      ? `      ${bashCase(name, vocabulary.get(name))}`
      : `      ${name})
        words="${words.join(" ")}"
        if [ "$COMP_CWORD" -gt 2 ]; then
          case "\${COMP_WORDS[2]}" in
${words.map((word) => `            ${bashCase(word, vocabulary.get(`${name} ${word}`))}`).join("\n")}
          esac
        fi ;;`,
  );
  return `${zsh ? "#compdef jackfield\nautoload -U +X bashcompinit && bashcompinit\n" : ""}_jackfield() {
  local words="${[...groups.keys()].join(" ")}" current="\${COMP_WORDS[COMP_CWORD]}"
  if [ "$COMP_CWORD" -gt 1 ]; then
    case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    esac
    case "\${COMP_WORDS[COMP_CWORD-1]}" in
      --format) words="text json" ;;
      --color) words="auto always never" ;;
      -C|--out) COMPREPLY=($(compgen -d -- "$current")); return ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _jackfield jackfield
`;
}

function bashCase(name: string, options: readonly string[] = []): string {
  return `${name}) words="${options.join(" ")}" ;;`;
}

function fish(vocabulary: Vocabulary): string {
  const groups = groupsOf(vocabulary);
  const seen = (...words: readonly string[]) => `__fish_seen_subcommand_from ${words.join(" ")}`;
  const lines = [`complete -c jackfield -n __fish_use_subcommand -f -a "${[...groups.keys()].join(" ")}"`];
  for (const [name, words] of groups) {
    if (words.length === 0) continue;
    const first = `${seen(name)}; and not ${seen(...words)}`;
    lines.push(`complete -c jackfield -n "${first}" -f -a "${words.join(" ")}"`);
  }
  for (const [name, options] of vocabulary) {
    const here = name
      .split(" ")
      .map((word) => seen(word))
      .join("; and ");
    for (const option of options) {
      const flag = option.startsWith("--") ? `-l ${option.slice(2)}` : `-s ${option.slice(1)}`;
      lines.push(`complete -c jackfield -n "${here}" ${flag}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
