import * as http from "node:http";
import * as https from "node:https";
import type { Socket } from "node:net";
import { type Reply, replyOf } from "./answer.ts";
import type { Broken } from "./retry.ts";

/** Times in ms. */
export interface Times {
  readonly connect: number;
  readonly whole: number;
}

// A server whose etcd is frozen answers after 34 s, which tells more than a time-out of ours.
export const TIMES: Times = { connect: 10_000, whole: 40_000 };

const MAX_BYTES = 64 * 1024 * 1024;

/** One request. */
export interface Exchange {
  readonly agent: http.Agent | https.Agent;
  readonly base: URL;
  readonly method: string;
  /** With the query, below the base. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | undefined;
  readonly times: Times;
}

/** Sends one request once. Never rejects, never follows a redirect. */
export function exchange(one: Exchange): Promise<Reply | Broken> {
  return new Promise((resolve) => {
    const { protocol, hostname, port, pathname } = one.base;
    const body = one.body === undefined ? undefined : Buffer.from(one.body, "utf8");
    const request = (protocol === "http:" ? http : https).request({
      agent: one.agent,
      hostname: hostname.replace(/^\[|\]$/g, ""),
      port,
      method: one.method,
      path: `${pathname.replace(/\/$/, "")}${one.path}`,
      headers: { ...one.headers, ...(body && { "content-length": body.length }) } as http.OutgoingHttpHeaders,
    });
    let isConnected = false;
    const broke = (cause: string) => {
      clearTimeout(whole);
      resolve({ cause, isUnsent: !isConnected, wasKept: request.reusedSocket });
      request.destroy();
    };
    const whole = setTimeout(() => broke("ETIMEDOUT"), one.times.whole);
    request.on("socket", (socket) =>
      whenConnected(socket, protocol === "https:", one.times.connect, broke, () => {
        isConnected = true;
      }),
    );
    request.on("error", (error: NodeJS.ErrnoException) => broke(error.code ?? "broken"));
    request.on("response", (response) =>
      collect(response, broke, (all) => {
        clearTimeout(whole);
        resolve(replyOf(response.statusCode ?? 0, response.headers, all));
      }),
    );
    request.end(body);
  });
}

function whenConnected(
  socket: Socket,
  isSecure: boolean,
  limit: number,
  broke: (cause: string) => void,
  done: () => void,
): void {
  // A secure one that was kept is not connecting; one that is new has not even begun.
  if (!socket.connecting) {
    done();
    return;
  }
  const timer = setTimeout(() => broke("ETIMEDOUT"), limit);
  socket.once(isSecure ? "secureConnect" : "connect", () => {
    clearTimeout(timer);
    done();
  });
  socket.once("close", () => clearTimeout(timer));
}

function collect(
  response: http.IncomingMessage,
  broke: (cause: string) => void,
  done: (all: Buffer) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_BYTES) broke("too-large");
    else chunks.push(chunk);
  });
  response.on("error", (error: NodeJS.ErrnoException) => broke(error.code ?? "broken"));
  response.on("end", () => (response.complete ? done(Buffer.concat(chunks)) : broke("ECONNRESET")));
}
