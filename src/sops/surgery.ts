import type { Entry, MapNode } from "../model/tree.ts";
import { type Edit, endOfValue } from "./edits.ts";
import { isFlow } from "./layout.ts";

/** Takes an entry out of its map, with the lines or the comma that are its own. The entry may be set aside of it. */
export function removalEdit(map: MapNode, entry: Pick<Entry, "keySpan" | "value">): Edit {
  const { file, start } = entry.keySpan;
  const end = endOfValue(file.text, entry.value.span.end);
  const next = map.entries.find(({ keySpan }) => keySpan.start > start);
  if (!isFlow(map)) {
    const lineEnd = file.text.indexOf("\n", Math.max(end, start));
    const lineStart = file.text.lastIndexOf("\n", start - 1) + 1;
    const isOwnLine = file.text.slice(lineStart, start).trim() === "";
    // Behind the dash of a list the next entry moves up.
    if (!isOwnLine && next) return { start, end: next.keySpan.start, text: "" };
    return {
      start: isOwnLine ? lineStart : start,
      end: lineEnd < 0 ? file.text.length : lineEnd + 1,
      text: "",
    };
  }
  if (next) return { start, end: next.keySpan.start, text: "" };
  const previous = map.entries.findLast(({ keySpan }) => keySpan.start < start);
  return { start: previous?.value.span.end ?? start, end, text: "" };
}
