import { diagnostic } from "../core/diagnostic.ts";
import { type Outcome, usage } from "../outcome.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;

/** What a completion script offers: the commands, each with its options. */
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

function bash(vocabulary: Vocabulary, zsh: boolean): string {
  const cases = [...vocabulary].map(([name, options]) => `      ${name}) words="${options.join(" ")}" ;;`);
  return `${zsh ? "#compdef jackfield\nautoload -U +X bashcompinit && bashcompinit\n" : ""}_jackfield() {
  local words="${[...vocabulary.keys()].join(" ")}" current="\${COMP_WORDS[COMP_CWORD]}"
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
complete -F _jackfield jackfield
`;
}

function fish(vocabulary: Vocabulary): string {
  const lines = [
    `complete -c jackfield -n __fish_use_subcommand -f -a "${[...vocabulary.keys()].join(" ")}"`,
  ];
  for (const [name, options] of vocabulary) {
    for (const option of options) {
      const flag = option.startsWith("--") ? `-l ${option.slice(2)}` : `-s ${option.slice(1)}`;
      lines.push(`complete -c jackfield -n "__fish_seen_subcommand_from ${name}" ${flag}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
