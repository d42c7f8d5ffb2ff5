import { diagnostic } from "../core/diagnostic.ts";
import { type Outcome, usage } from "../outcome.ts";
import type { Invocation } from "../program.ts";
import { filesOf, historyOf, narrowing, sopsOf } from "../shell.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Runs `build` in the form that its options ask for. */
export async function runBuild(invocation: Invocation, env: Env): Promise<Outcome> {
  const { options } = invocation;
  const [{ createKeySource }, sops] = await Promise.all([import("../node/keys.ts"), sopsOf(options, env)]);
  const ports = { files: filesOf(options), keys: createKeySource(env), sops };
  switch (options.for) {
    case undefined: {
      const { build } = await import("./build.ts");
      return build(
        { ...ports, output: await outputOf(options, ".jackfield/build", "plain") },
        narrowing(options),
      );
    }
    case "flux": {
      const { buildForFlux } = await import("./flux.ts");
      const output = await outputOf(options, "flux", "sealed");
      const history = historyOf(options);
      const accepted = options.acceptRecipient;
      const named = Array.isArray(accepted) ? (accepted as readonly string[]) : [];
      return buildForFlux({ ...ports, output, history, now: new Date() }, narrowing(options), named);
    }
    case "argocd": {
      const { buildForArgocd } = await import("./argocd.ts");
      const isAccepted = options.acceptPlainCache === true;
      const isTerminal = process.stdout.isTTY === true;
      return buildForArgocd(ports, { ...narrowing(options), isAccepted, isTerminal });
    }
    default:
      return usage(diagnostic("JF624", undefined, { option: "--for", wanted: "`flux` or `argocd`" }));
  }
}

async function outputOf(options: Invocation["options"], usual: string, form: "plain" | "sealed") {
  const { createOutput } = await import("../node/output.ts");
  const at = options.C ?? ".";
  const out = typeof options.out === "string" ? options.out : `${at === "." ? "" : `${at}/`}${usual}`;
  return createOutput(out, out, form);
}
