import { Lexer } from "yaml";
import type { SourceFile, Span } from "../core/source.ts";

/** A comment: from its `#` to the end of its line. */
export interface Comment {
  readonly span: Span;
  /** What stands behind the `#`, as SOPS takes it. */
  readonly text: string;
}

// Marks that the lexer puts between what it read; they take no room.
const MARKS: ReadonlySet<string> = new Set(["\x02", "\x18", "\x1f"]);

/** Every comment of a YAML file, in file order; none in a JSON file. */
export function commentsIn(file: SourceFile): readonly Comment[] {
  if (file.path.endsWith(".json") || !file.text.includes("#")) return [];
  const found: Comment[] = [];
  let at = 0;
  let isScalar = false;
  for (const lexeme of new Lexer().lex(file.text)) {
    if (!MARKS.has(lexeme)) {
      if (lexeme.startsWith("#") && !isScalar) {
        found.push({ span: { file, start: at, end: at + lexeme.length }, text: lexeme.slice(1) });
      }
      at += lexeme.length;
    }
    isScalar = lexeme === "\x1f";
  }
  return found;
}
