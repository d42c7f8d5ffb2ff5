import { StringDecoder } from "node:string_decoder";
import type { ReadStream, WriteStream } from "node:tty";
import { diagnostic } from "../core/diagnostic.ts";
import { Secret } from "../core/secret.ts";
import { PortFailure, type Prompt } from "../ports.ts";
import { UnseenLine } from "./unseen-line.ts";

type Input = Pick<ReadStream, "isTTY" | "setRawMode" | "on" | "off" | "pause" | "resume">;
type Screen = Pick<WriteStream, "isTTY" | "write">;

const MAX_BYTES = 1024 * 1024;
// Terminals that know these tell where a pasted text begins and ends; others ignore them.
const PASTE_ON = "\u001b[?2004h";
const PASTE_OFF = "\u001b[?2004l";

/** Asks on the terminal, or takes what is piped in. Questions go to the screen, never to the answer's stream. */
export function createPrompt(input: Input, screen: Screen): Prompt {
  return {
    isPiped: !input.isTTY,
    async readSecret(question) {
      const text = input.isTTY ? await ask(input, screen, question) : await readAll(input);
      if (text === "") throw refused("it is empty");
      if (text.includes("\0")) throw refused("it holds a NUL character, which nothing takes");
      if (Buffer.byteLength(text) > MAX_BYTES) throw tooLong();
      return new Secret(text);
    },
  };
}

/** All that is piped in, without one newline at its end. */
function readAll(input: Input): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    input.on("data", (chunk: Buffer) => {
      length += chunk.length;
      // No more than the newline that is cut.
      if (length > MAX_BYTES + 2) {
        input.pause();
        reject(tooLong());
      } else chunks.push(chunk);
    });
    input.on("error", () => reject(refused("standard input cannot be read")));
    input.on("end", () => {
      try {
        const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
        resolve(decoder.decode(Buffer.concat(chunks)).replace(/\r?\n$/, ""));
      } catch {
        reject(refused("it is not UTF-8 text"));
      }
    });
  });
}

async function ask(input: Input, screen: Screen, question: string): Promise<string> {
  const keys = openKeys(input, screen);
  try {
    screen.write(`${question}: `);
    const first = await keys.line();
    screen.write(`\n${question}, again: `);
    const second = await keys.line();
    screen.write("\n");
    if (first === second) return first;
    const hint = "to give a text of several lines, pipe it in: `< FILE`";
    throw refused("the two that were typed differ", hint);
  } finally {
    keys.close();
  }
}

interface Keys {
  /** The next line, unseen. Rejects with PortFailure if it is given up. */
  line(): Promise<string>;
  /** Leaves the terminal as it was. */
  close(): void;
}

function openKeys(input: Input, screen: Screen): Keys {
  const decoder = new StringDecoder("utf8");
  let early = "";
  let take = (text: string) => {
    early += text;
  };
  let end = () => {};
  const onData = (chunk: Buffer) => take(decoder.write(chunk));
  const onEnd = () => end();
  input.setRawMode(true);
  input.on("data", onData);
  input.on("end", onEnd);
  input.resume();
  if (screen.isTTY) screen.write(PASTE_ON);
  return {
    line: () =>
      new Promise((resolve, reject) => {
        const line = new UnseenLine();
        const stop = () => {
          screen.write("\n");
          reject(refused("it was given up"));
        };
        end = stop;
        take = (text) => {
          const keyed = line.feed(text);
          if (keyed === "more") return;
          early = line.rest;
          take = (more) => {
            early += more;
          };
          if (keyed === "done") resolve(line.text);
          else stop();
        };
        take(early);
      }),
    close() {
      if (screen.isTTY) screen.write(PASTE_OFF);
      input.off("data", onData);
      input.off("end", onEnd);
      input.setRawMode(false);
      input.pause();
    },
  };
}

function tooLong(): PortFailure {
  return refused("it is longer than 1 MiB, which no Secret holds");
}

function refused(reason: string, hint?: string): PortFailure {
  return new PortFailure(diagnostic("JF010", undefined, { reason }, { hint }), "user");
}
