import type { Environment } from "../sops-environment.ts";
import { mapOf, textOf } from "./answer.ts";
import type { Signature } from "./credentials.ts";
import { fileIn, pemIn, textIn } from "./fields.ts";
import { type Context, unfit } from "./kubeconfig.ts";

/** How long a token from a file is used before the file is read again, in ms: something renews it. */
export const FILE_TOKEN_AGE = 60_000;

/**
 * How the user of a context signs: a token, a certificate, a password, else what a program or an identity provider gives. Files are
 * read when it is asked. Throws PortFailure (JF702) for what is set and cannot be understood.
 */
export function userOf(context: Context, env: Environment): () => Promise<Signature> {
  const { name, user } = context;
  const text = (key: string) => textIn(name, user, key);
  const more = impersonation(context);
  const withMore = ({ headers, ...signature }: Signature): Signature => ({
    ...signature,
    headers: { ...headers, ...more },
  });
  const isFixed = ["token", "tokenFile", "client-certificate", "client-certificate-data", "username"].some(
    (key) => text(key) !== undefined,
  );
  if (isFixed) return async () => withMore(fixed(context));
  if (mapOf(user.body.exec)) {
    return async () => withMore(await (await import("./exec.ts")).runPlugin(context, env));
  }
  if (mapOf(user.body["auth-provider"])) {
    let provider: Promise<() => Promise<Signature>> | undefined;
    return async () => {
      provider ??= import("./auth-provider.ts").then(({ authProvider }) => authProvider(context));
      return withMore(await (await provider)());
    };
  }
  return async () => ({ headers: more });
}

function fixed({ name, user }: Context): Signature {
  const text = (key: string) => textIn(name, user, key);
  const cert = pemIn(name, user, "client-certificate");
  const key = pemIn(name, user, "client-key");
  const file = text("tokenFile");
  const token = file === undefined ? text("token") : fileIn(name, user, "tokenFile", file).toString().trim();
  const username = text("username");
  const password = text("password") ?? "";
  const basic =
    username === undefined ? undefined : Buffer.from(`${username}:${password}`).toString("base64");
  return {
    headers: {
      ...(basic !== undefined && { authorization: `Basic ${basic}` }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(cert && { cert }),
    ...(key && { key }),
    ...(file !== undefined && { until: Date.now() + FILE_TOKEN_AGE }),
  };
}

/** Who a user wants to be taken for: to forget it would be to write with other rights than he asked for. */
function impersonation({ name, user }: Context): Signature["headers"] {
  const as = textIn(name, user, "as");
  const uid = textIn(name, user, "as-uid");
  const groups = textsOf(user.body["as-groups"]);
  const extra = Object.entries(mapOf(user.body["as-user-extra"]) ?? {}).map(
    ([key, texts]) => [key, textsOf(texts)] as const,
  );
  const others = [uid, ...(groups ?? []), ...extra];
  if (as === undefined && others.some((one) => one !== undefined)) {
    throw unfit(name, "has a user with `as-groups`, `as-uid` or `as-user-extra`, but no `as`");
  }
  return {
    ...(as !== undefined && { "impersonate-user": as }),
    ...(uid !== undefined && { "impersonate-uid": uid }),
    ...(groups && { "impersonate-group": groups }),
    ...Object.fromEntries(
      extra.map(([key, texts]) => [`impersonate-extra-${encodeURIComponent(key)}`, texts ?? []]),
    ),
  };
}

function textsOf(json: unknown): readonly string[] | undefined {
  return Array.isArray(json) ? json.flatMap((one: unknown) => textOf(one) ?? []) : undefined;
}
