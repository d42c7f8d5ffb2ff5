import { diagnostic } from "../core/diagnostic.ts";
import { PortFailure } from "../ports.ts";
import { git, run } from "./git-process.ts";

/**
 * Fetches the head of a pull request, as `origin` has it, for a clone that lacks it: after a squash or a rebase no branch holds it any more.
 * The token goes to origin alone, over https, and never stands on a command line. Throws PortFailure, without a word of git's.
 */
export function fetchPull(root: string, number: number, token: string | undefined): void {
  const url = (git(root, ["config", "--get", "remote.origin.url"]) ?? "").trim();
  const protocol = /^([a-z]+):\/\//.exec(url)?.[1] ?? "file";
  const options = [
    "-c",
    "credential.helper=",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "gc.auto=0",
    "-c",
    "fetch.fsckObjects=true",
  ];
  const args = [
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-recurse-submodules",
    "origin",
    `refs/pull/${number}/head`,
  ];
  const auth = token !== undefined && protocol === "https" ? basicAuth(url, token) : {};
  const { status, error } = run(root, [...options, ...args], "", {
    GIT_ALLOW_PROTOCOL: protocol,
    GIT_NO_LAZY_FETCH: undefined,
    ...auth,
  });
  if (error || status !== 0) throw new PortFailure(diagnostic("JF766", undefined, { number }));
}

function basicAuth(url: string, token: string): NodeJS.ProcessEnv {
  const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
  return {
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: `http.${new URL(url).origin}/.extraheader`,
    GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${basic}`,
  };
}
