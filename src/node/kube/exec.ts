import { spawn } from "node:child_process";
import { basename, isAbsolute, join } from "node:path";
import { diagnostic } from "../../core/diagnostic.ts";
import { PortFailure } from "../../ports.ts";
import type { Environment } from "../sops-environment.ts";
import { at, isKind, mapOf, textOf } from "./answer.ts";
import type { Signature } from "./credentials.ts";
import { type Context, GIVEN } from "./kubeconfig.ts";

/** Versions of the API between us and the program, which is told and must answer in that of the kubeconfig. */
const API = /^client\.authentication\.k8s\.io\/v1(?:beta1)?$/;
const LIMITS = { time: 60_000, bytes: 1024 * 1024 };

/** What a kubeconfig says of the program that gives a token or a certificate. */
interface Plugin {
  readonly path: string;
  /** As messages name it. */
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Environment;
}

/**
 * Runs the program that a user of a kubeconfig names, as `kubectl` would where nobody is at a terminal. What it says to people is
 * dropped unread. Throws PortFailure (JF702, JF703).
 */
export async function runPlugin(context: Context, env: Environment, limits = LIMITS): Promise<Signature> {
  const { exec } = context.user.body;
  const apiVersion = textOf(at(exec, "apiVersion")) ?? "";
  const fail = (reason: string, hint?: string) => failed(context, reason, hint);
  const plugin = pluginOf(context, env, apiVersion);
  const hint = "run it by hand, or `kubectl` with the same context, to see what it says";
  const output = await outputOf(plugin, limits);
  if ("failure" in output) throw fail(`\`${plugin.name}\` ${output.failure}`, hint);
  const json = jsonOf(output.text);
  if (!isKind(json, apiVersion, "ExecCredential")) {
    throw fail(`\`${plugin.name}\` gives no ExecCredential of ${apiVersion}`, hint);
  }
  const signature = signatureOf(at(json, "status"));
  if (!signature) throw fail(`\`${plugin.name}\` gives neither a token nor a certificate`, hint);
  return signature;
}

function failed({ name }: Context, reason: string, hint?: string): PortFailure {
  return new PortFailure(diagnostic("JF703", undefined, { context: name, reason }, { hint }));
}

function pluginOf(context: Context, env: Environment, apiVersion: string): Plugin {
  const { exec } = context.user.body;
  const command = textOf(at(exec, "command"));
  if (command === undefined) throw failed(context, "its `exec` has no `command`");
  const name = basename(command);
  if (!API.test(apiVersion)) throw failed(context, `its \`exec\` has an \`apiVersion\` that is not known`);
  if (at(exec, "interactiveMode") === "Always") {
    throw failed(context, `\`${name}\` only works with somebody at a terminal`);
  }
  const args = at(exec, "args");
  const more = at(exec, "env");
  const extra = (Array.isArray(more) ? more : []).map((one: unknown) => [
    String(at(one, "name")),
    String(at(one, "value") ?? ""),
  ]);
  const { [GIVEN]: _, ...passed } = env;
  // A name without a slash is looked for on the PATH; another is told from the kubeconfig's folder.
  const path = name === command || isAbsolute(command) ? command : join(context.user.folder, command);
  return {
    path,
    name,
    args: (Array.isArray(args) ? args : []).map(String),
    env: {
      ...passed,
      ...Object.fromEntries(extra),
      KUBERNETES_EXEC_INFO: JSON.stringify({
        kind: "ExecCredential",
        apiVersion,
        spec: {
          interactive: false,
          ...(at(exec, "provideClusterInfo") === true && { cluster: clusterInfo(context) }),
        },
      }),
    },
  };
}

/** Of the cluster of the context, without paths: what a program needs to know for whom a token is to be. */
function clusterInfo({ cluster: { body } }: Context): object {
  const extensions: readonly unknown[] = Array.isArray(body.extensions) ? body.extensions : [];
  const own = extensions.find((one) => at(one, "name") === "client.authentication.k8s.io/exec");
  return {
    server: body.server,
    "tls-server-name": body["tls-server-name"],
    "insecure-skip-tls-verify": body["insecure-skip-tls-verify"],
    "certificate-authority-data": body["certificate-authority-data"],
    config: at(own, "extension"),
  };
}

type Output = { readonly text: string } | { readonly failure: string };

function outputOf({ path, args, env }: Plugin, limits: typeof LIMITS): Promise<Output> {
  return new Promise((resolve) => {
    const child = spawn(path, args, { env, stdio: ["ignore", "pipe", "ignore"], windowsHide: true });
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (failure: string) => {
      clearTimeout(timer);
      resolve({ failure });
      child.kill("SIGKILL");
    };
    const timer = setTimeout(() => fail(`took longer than ${limits.time / 1000} s`), limits.time);
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limits.bytes) fail("printed more than a credential can have");
      else chunks.push(chunk);
    });
    child.on("error", ({ code }: NodeJS.ErrnoException) =>
      fail(code === "ENOENT" ? "is not there" : `cannot be run: ${code}`),
    );
    child.on("close", (code, signal) => {
      if (code === 0) {
        clearTimeout(timer);
        resolve({ text: Buffer.concat(chunks).toString("utf8") });
      } else fail(code === null ? `was ended by ${signal}` : `ended with exit code ${code}`);
    });
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function signatureOf(status: unknown): Signature | undefined {
  const token = textOf(at(mapOf(status), "token"));
  const cert = textOf(at(status, "clientCertificateData"));
  const key = textOf(at(status, "clientKeyData"));
  if (token === undefined && (cert === undefined || key === undefined)) return undefined;
  const until = Date.parse(textOf(at(status, "expirationTimestamp")) ?? "");
  return {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(cert !== undefined && key !== undefined && { cert, key }),
    ...(!Number.isNaN(until) && { until }),
  };
}
