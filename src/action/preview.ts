import { wholeTree } from "../commands/estate.ts";
import { allBases, nameOf } from "../commands/preview/bases.ts";
import { down } from "../commands/preview/down.ts";
import { gc } from "../commands/preview/gc.ts";
import type { PreviewPorts, Which } from "../commands/preview/ports.ts";
import { up } from "../commands/preview/up.ts";
import { compile } from "../compile.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { SourceFile } from "../core/source.ts";
import type { GitHub, Pull } from "../github-ports.ts";
import type { Place } from "../node/files.ts";
import type { Context, PullEvent } from "../node/runner/context.ts";
import { readBoolean, readInput } from "../node/runner/inputs.ts";
import type { Outcome } from "../outcome.ts";
import type { History } from "../ports.ts";
import { neededGitHub, type Step, takeTokens } from "./io.ts";
import { livePorts } from "./live-ports.ts";
import { remoteBranch, wrongEvent } from "./plan.ts";

type Previewed = Outcome & { readonly outputs: ReadonlyMap<string, string> };

/** What a pull request of an event wants: a preview, none, or nothing to be said. */
type Wish = { readonly kind: "up" | "down" } | { readonly kind: "skip"; readonly why: string };

/** `preview` of a pull request: up while it is open, down when it is not. Never of a fork's. */
export async function previewStep(
  step: Step,
  context: Context,
  place: Place,
  history: History,
): Promise<Previewed> {
  const { pull } = context;
  if (!pull) throw wrongEvent("preview", context);
  const github = neededGitHub(takeTokens(step), context);
  const wish = await wishOf(step, context, pull, github);
  if (wish.kind === "skip") return skipped(wish.why);
  const ports = portsOf(step, context, place, history, pull);
  const asked = wish.kind === "down" ? undefined : pull.headSha;
  const outcomes: Outcome[] = [];
  for (const which of whichOf(step, context, ports.reviewed, pull, await branchOf(github, pull))) {
    // A newer commit has a run of its own, which brings it up to date.
    const isWanted = async () => (await wishOf(step, context, pull, github)).kind !== "down";
    outcomes.push(asked === undefined ? await down(ports, which) : await up({ ...ports, isWanted }, which));
  }
  return joined(outcomes);
}

/** `gc`: takes away what no pull request and no branch wants any more; on the default branch only. */
export async function gcStep(
  step: Step,
  context: Context,
  { root }: Place,
  history: History,
): Promise<Previewed> {
  const { defaultBranch, ref, sha } = context;
  if (context.pull || ref !== `refs/heads/${defaultBranch}`) throw wrongEvent("gc", context);
  const github = neededGitHub(takeTokens(step), context);
  const reviewed = wholeTree(history.filesAt(sha));
  const ports = { ...livePorts(step, root), history, reviewed, now: now(), github };
  const outcome = await gc(ports, {
    workspace: readInput(step.env, "workspace"),
    repo: String(context.repositoryId),
    dryRun: readBoolean(step.env, "dry-run", false),
    force: readBoolean(step.env, "force", false),
  });
  return { ...outcome, markdown: fenced(outcome.text), outputs: new Map() };
}

/** As the pull request is now, not as the event had it: events come late, and in another order. */
async function wishOf({ env }: Step, context: Context, event: PullEvent, github: GitHub): Promise<Wish> {
  if (event.headRepo !== context.repositoryId) return { kind: "skip", why: "it comes from a fork" };
  const pull = await github.pull(event.number);
  if (!pull?.isOpen) return { kind: "down" };
  if (pull.head.repo !== context.repositoryId) return { kind: "skip", why: "it comes from a fork" };
  const label = readInput(env, "label");
  if (label !== undefined && !pull.labels.includes(label)) return { kind: "down" };
  if (pull.isDraft && !readBoolean(env, "drafts", false)) return { kind: "skip", why: "it is a draft" };
  if (pull.head.sha !== event.headSha)
    return { kind: "skip", why: "it has a newer commit, which has a run of its own" };
  return { kind: "up" };
}

async function branchOf(github: GitHub, { number }: PullEvent): Promise<string> {
  const pull: Pull | undefined = await github.pull(number);
  return pull?.head.branch ?? "";
}

/** Objects come from the head, policy from the default branch (design: 3.5). */
function portsOf(step: Step, context: Context, { root }: Place, history: History, pull: PullEvent) {
  const reviewed = remoteBranch(history, context.defaultBranch);
  const ends = {
    ...history,
    head: () => pull.headSha,
    defaultBranch: () => ({ name: context.defaultBranch, commit: reviewed }),
  };
  return {
    ...livePorts(step, root),
    files: { scan: () => history.filesAt(pull.headSha).scan() },
    history: ends,
    reviewed: wholeTree(history.filesAt(reviewed)),
    now: now(),
  } satisfies PreviewPorts & { readonly files: unknown };
}

/** The bases that are named, or all that allow previews. */
function whichOf(
  { env }: Step,
  context: Context,
  reviewed: readonly SourceFile[],
  { number }: PullEvent,
  branch: string,
): readonly Which[] {
  const named = readInput(env, "base")?.split(/[\s,]+/);
  const workspace = readInput(env, "workspace");
  const bases = allBases(compile(reviewed)).filter(
    (one) => one.deployment.previews && (workspace ?? nameOf(one.workspace)) === nameOf(one.workspace),
  );
  const all = bases.map((one) => ({ workspace: nameOf(one.workspace), base: one.deployment.name.value }));
  const wanted = named?.map((base) => all.find((one) => one.base === base) ?? { workspace, base }) ?? all;
  const source = { kind: "pull", number, branch } as const;
  return wanted.map((one) => ({ ...one, source, repo: String(context.repositoryId) }));
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

function skipped(why: string): Previewed {
  const text = `no preview: ${why}\n`;
  return {
    diagnostics: [],
    result: null,
    text,
    markdown: fenced(text),
    outputs: new Map([["preview-operation", "skipped"]]),
  };
}

/** All of them; the worst exit code counts. */
function joined(outcomes: readonly Outcome[]): Previewed {
  const results = outcomes.flatMap(({ result }) =>
    result ? [result as Readonly<Record<string, string>>] : [],
  );
  const list = (key: string) => results.map((one) => one[key]).join(" ");
  const exits = outcomes.flatMap(({ exit }) => exit ?? []);
  const diagnostics: readonly Diagnostic[] =
    outcomes.length > 0 ? outcomes.flatMap((one) => one.diagnostics) : [diagnostic("JF793", undefined, {})];
  const text = outcomes.map((one) => one.text).join("");
  return {
    diagnostics,
    result: results,
    text,
    markdown: fenced(text),
    secrets: outcomes.flatMap(({ secrets }) => [...(secrets ?? [])]),
    outputs: new Map([
      ["preview-name", list("preview")],
      ["preview-namespace", list("namespace")],
      ["preview-operation", list("operation")],
    ]),
    ...(exits.length > 0 && { exit: Math.max(...exits) }),
  };
}

function fenced(text: string): string {
  return `\`\`\`text\n${text.replaceAll("```", "'''")}\`\`\`\n`;
}
