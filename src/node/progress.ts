import type { Progress } from "../ports.ts";
import { visibleText } from "../render/visible.ts";

/** A terminal that may be asked what it is. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shorter runs are over before anybody can read it. */
const LONG = 20;
const CLEAR = "\r\u001b[2K";

/** One line on a terminal, which goes when all is done; nothing in a pipe. */
export function createProgress(stream: ProgressStream = process.stderr): Progress {
  if (stream.isTTY !== true) return { report: () => undefined };
  return {
    report(done, total, what) {
      if (total < LONG) return;
      if (done >= total) stream.write(CLEAR);
      else stream.write(`${CLEAR}${shortened(`${done}/${total} ${what}`, stream.columns ?? 80)}`);
    },
  };
}

/** A name must not speak to the terminal. */
function shortened(text: string, columns: number): string {
  const plain = visibleText(text);
  return plain.length < columns ? plain : `${plain.slice(0, Math.max(0, columns - 2))}…`;
}
