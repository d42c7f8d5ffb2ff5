import { request as ask } from "node:https";
import { type Came, type Fake, fake } from "./kube-fake.ts";

/** What happens to a request on its way. `lose`: it is carried out, but the answer never comes; `drop`: it never arrives. */
export type Fate = "pass" | "lose" | "drop" | "hide";

/** Stands before a real API server and does to each request what a test says; `hide` answers 504 for what was carried out. */
export function proxy(
  target: { readonly url: string; readonly ca: string },
  fateOf: (came: Came) => Fate,
): Promise<Fake> {
  return fake((came, response) => {
    const fate = fateOf(came);
    if (fate === "drop") return void response.socket?.destroy();
    const query = came.query.size > 0 ? `?${came.query}` : "";
    const { host: _, connection: __, ...headers } = came.headers;
    const url = new URL(came.path + query, target.url);
    const onward = ask(url, { method: came.method, headers, ca: target.ca }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        if (fate === "lose") return void response.socket?.destroy();
        const { "transfer-encoding": ___, ...rest } = answer.headers;
        const isHidden = fate === "hide";
        response.writeHead(isHidden ? 504 : (answer.statusCode ?? 0), isHidden ? {} : rest);
        return void response.end(isHidden ? "" : Buffer.concat(chunks));
      });
    });
    onward.on("error", () => response.socket?.destroy());
    onward.end(came.body);
  });
}
