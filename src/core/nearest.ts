import { compareText } from "./source.ts";

/**
 * The candidate that a mistyped word most likely meant, or undefined if none is close: at most a third of
 * the word's length in edits (insert, delete, replace, swap of neighbours), case ignored.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined;
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of [...candidates].sort(compareText)) {
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The hint "did you mean `x`?", or undefined if nothing is close. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const best = nearest(word, candidates);
  return best === undefined ? undefined : `did you mean \`${best}\`?`;
}

/** The nearest name, else all there are if they are few; undefined if there is nothing to say. */
export function nameHint(name: string, known: Iterable<string>): string | undefined {
  const names = [...new Set(known)];
  const few =
    names.length > 0 && names.length <= 9 ? `there is ${names.sort(compareText).join(", ")}` : undefined;
  return didYouMean(name, names) ?? few;
}

/** Optimal string alignment distance (Damerau–Levenshtein without repeated edits of one place). */
function editDistance(a: string, b: string): number {
  let previous: number[] = [];
  let current = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (current[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (current[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (previous[j - 2] ?? 0) + 1);
      }
      next.push(cost);
    }
    previous = current;
    current = next;
  }
  return current[b.length] ?? 0;
}
