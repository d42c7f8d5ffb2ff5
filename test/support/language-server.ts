import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const SERVER = fileURLToPath(
  new URL("../../node_modules/yaml-language-server/bin/yaml-language-server", import.meta.url),
);

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
}

interface Place {
  readonly line: number;
  readonly character: number;
}

export interface EditorDiagnostic {
  readonly message: string;
  readonly range: { readonly start: Place; readonly end: Place };
}

/** The language server that editors run for YAML, over LSP on its standard streams. No network. */
export class LanguageServer {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  readonly #diagnostics = new Map<string, (found: readonly EditorDiagnostic[]) => void>();
  #buffer = Buffer.alloc(0);
  #lastId = 0;

  readonly #schemas: Readonly<Record<string, string>>;

  private constructor(schemas: Readonly<Record<string, string>>) {
    this.#schemas = schemas;
    this.#process = spawn(process.execPath, [SERVER, "--stdio"], { stdio: ["pipe", "pipe", "ignore"] });
    this.#process.stdout?.on("data", (chunk: Buffer) => this.#read(chunk));
  }

  /** `schemas`: the setting `yaml.schemas`, globs of files by schema. Modelines count besides. */
  static async start(schemas: Readonly<Record<string, string>> = {}): Promise<LanguageServer> {
    const server = new LanguageServer(schemas);
    await server.#request("initialize", {
      processId: process.pid,
      rootUri: null,
      capabilities: { workspace: { configuration: true } },
    });
    server.#send({ method: "initialized", params: {} });
    return server;
  }

  /** Opens a document and gives what the server finds wrong with it. */
  async open(uri: string, text: string): Promise<readonly EditorDiagnostic[]> {
    const found = new Promise<readonly EditorDiagnostic[]>((resolve) => this.#diagnostics.set(uri, resolve));
    const textDocument = { uri, languageId: "yaml", version: 1, text };
    this.#send({ method: "textDocument/didOpen", params: { textDocument } });
    return found;
  }

  /** The labels offered at a place of an open document. */
  async complete(uri: string, position: Place): Promise<readonly string[]> {
    const params = { textDocument: { uri }, position };
    const result = (await this.#request("textDocument/completion", params)) as {
      readonly items: readonly { readonly label: string }[];
    };
    return result.items.map(({ label }) => label);
  }

  /** The text shown when hovering over a place of an open document, or `""`. */
  async hover(uri: string, position: Place): Promise<string> {
    const params = { textDocument: { uri }, position };
    const result = (await this.#request("textDocument/hover", params)) as {
      readonly contents: { readonly value: string };
    } | null;
    return result?.contents.value ?? "";
  }

  stop(): void {
    this.#process.kill();
  }

  #request(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = new Promise((resolve) => this.#waiting.set(id, resolve));
    this.#send({ id, method, params });
    return answer;
  }

  #send(message: Message): void {
    const text = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.#process.stdin?.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  #read(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const header = this.#buffer.indexOf("\r\n\r\n");
      if (header < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#buffer.toString("ascii", 0, header))?.[1]);
      const end = header + 4 + length;
      if (this.#buffer.length < end) return;
      const text = this.#buffer.toString("utf8", header + 4, end);
      this.#buffer = this.#buffer.subarray(end);
      this.#receive(JSON.parse(text) as Message);
    }
  }

  #receive({ id, method, params, result }: Message): void {
    if (method === undefined) {
      this.#waiting.get(id as number)?.(result);
    } else if (method === "workspace/configuration") {
      this.#configure(id, params as { readonly items: readonly { readonly section: string }[] });
    } else if (method === "textDocument/publishDiagnostics") {
      const { uri, diagnostics } = params as { uri: string; diagnostics: readonly EditorDiagnostic[] };
      this.#diagnostics.get(uri)?.(diagnostics);
    } else if (id !== undefined) {
      this.#send({ id, result: null });
    }
  }

  #configure(
    id: Message["id"],
    { items }: { readonly items: readonly { readonly section: string }[] },
  ): void {
    const yaml = {
      schemas: this.#schemas,
      schemaStore: { enable: false },
      completion: true,
      hover: true,
      validate: true,
    };
    const result = items.map(({ section }) => (section === "yaml" ? yaml : {}));
    this.#send({ ...(id === undefined ? {} : { id }), result });
  }
}
