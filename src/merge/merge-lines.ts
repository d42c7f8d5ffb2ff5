/**
 * Merges two texts line by line, as `diff3` does: what only one side changed since base is taken from it. Undefined if both
 * changed lines that touch.
 */
export function mergeLines(base: string, ours: string, theirs: string): string | undefined {
  const [from, a, b] = [linesOf(base), linesOf(ours), linesOf(theirs)];
  const [toOurs, toTheirs] = [matches(from, a), matches(from, b)];
  if (!toOurs || !toTheirs) return undefined;
  const merged: string[] = [];
  let [at, inOurs, inTheirs] = [0, 0, 0];
  for (;;) {
    // The next line of base that both sides have.
    let next = at;
    while (next < from.length && (toOurs[next] === undefined || toTheirs[next] === undefined)) next++;
    const [oursTo, theirsTo] = [toOurs[next] ?? a.length, toTheirs[next] ?? b.length];
    const pieces = [from.slice(at, next), a.slice(inOurs, oursTo), b.slice(inTheirs, theirsTo)];
    const piece = choose(...(pieces.map((lines) => lines.join("")) as [string, string, string]));
    if (piece === undefined) return undefined;
    merged.push(piece, from[next] ?? "");
    if (next >= from.length) return merged.join("");
    [at, inOurs, inTheirs] = [next + 1, oursTo + 1, theirsTo + 1];
  }
}

function choose(base: string, ours: string, theirs: string): string | undefined {
  if (ours === theirs || theirs === base) return ours;
  return ours === base ? theirs : undefined;
}

/** With their line breaks; a last line without one has it all the same, or nothing could follow it. */
function linesOf(text: string): readonly string[] {
  return text === "" || text.endsWith("\n") ? text.split(/(?<=\n)/) : `${text}\n`.split(/(?<=\n)/);
}

/** More would take long, and a merge by keys does it as well. */
const MAX_CELLS = 4_000_000;

/** For each line of one text the line of the other that it is, by a longest common subsequence. */
function matches(
  from: readonly string[],
  to: readonly string[],
): readonly (number | undefined)[] | undefined {
  const width = to.length + 1;
  if ((from.length + 1) * width > MAX_CELLS) return undefined;
  const lengths = new Uint32Array((from.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = from.length - 1; i >= 0; i--) {
    for (let j = to.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        from[i] === to[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const found: (number | undefined)[] = [];
  for (let [i, j] = [0, 0]; i < from.length; ) {
    if (j < to.length && from[i] === to[j]) found[i++] = j++;
    else if (j < to.length && at(i, j + 1) > at(i + 1, j)) j++;
    else found[i++] = undefined;
  }
  return found;
}
