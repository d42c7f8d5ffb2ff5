import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { positionAt, type Span } from "../core/source.ts";
import type { ParsedFile } from "../model/tree.ts";
import { count, type Finding, fine, names, skipped, trouble } from "./finding.ts";
import { jobsOf, type WorkflowJob, type WorkflowStep } from "./workflow-jobs.ts";

/** In these, the workflow of the default branch runs with its rights for whoever causes it, on what he wrote. */
const FOREIGN = ["pull_request_target", "workflow_run", "issue_comment", "issues", "discussion_comment"];
const PINNED = /@[0-9a-f]{40}$/;

/**
 * What of the rules of docs/security.md is in the hands of whoever writes workflows, and can be told from them. What GitHub alone knows (who
 * may deploy to an environment, what a ruleset demands) is named as not looked at.
 */
export function judgeWorkflows(files: readonly ParsedFile[]): readonly Finding[] {
  const found = files.flatMap((parsed) => jobsOf(parsed).map((job) => ({ path: parsed.file.path, job })));
  if (found.length === 0) return [skipped("", "github", "no workflow runs the Action of Jackfield")];
  const lines = found.flatMap(({ path, job }) => {
    const troubles = [...troublesOf(job)].map((one) => trouble(path, "github", withLine(one)));
    return troubles.length > 0 ? troubles : [fine(path, "github", `job \`${job.name}\` is as it should be`)];
  });
  const jobs = `${count(found.length, "job")}: who may deploy to their environments, and which checks a merge needs, only GitHub knows`;
  return [...lines, skipped("", "github", jobs)];
}

function* troublesOf(job: WorkflowJob): Generator<Diagnostic> {
  const { name, events, steps } = job;
  const event = events.find((one) => FOREIGN.includes(one));
  if (event !== undefined) {
    const hint = "`jackfield init --github` writes workflows for `pull_request` and `push`";
    yield diagnostic("JF685", job.at, { job: name, event }, { hint });
  }
  if (steps.some(({ hasKeys }) => hasKeys)) yield* troublesOfKeys(job);
  const loose = steps.filter(({ uses }) => uses !== undefined && isForeign(uses) && !PINNED.test(uses));
  const [first] = loose;
  if (first) {
    const uses = names(loose.flatMap((one) => one.uses ?? []));
    const hint = "a tag can be moved, a commit cannot: `OWNER/NAME@<40 digits> # v1.2.3`";
    yield diagnostic("JF688", first.at, { job: name, uses }, { hint });
  }
  const kept = steps.find((one) => isCheckout(one) && one.persists !== false);
  if (kept) yield diagnostic("JF689", kept.at, { job: name }, { hint: "`persist-credentials: false`" });
}

function* troublesOfKeys({ name, at, hasEnvironment, steps }: WorkflowJob): Generator<Diagnostic> {
  if (!hasEnvironment) {
    const hint = "keep the keys in an environment that only the default branch deploys to";
    yield diagnostic("JF686", at, { job: name }, { hint });
  }
  const script = steps.find(({ uses }) => uses === undefined);
  if (script) {
    const hint = "give what else is to run a job of its own, without keys";
    yield diagnostic("JF687", script.at, { job: name }, { hint });
  }
}

/** Actions of this very repo come with its commit. */
function isForeign(uses: string): boolean {
  return !uses.startsWith("./");
}

function isCheckout({ uses }: WorkflowStep): boolean {
  return uses?.toLowerCase().startsWith("actions/checkout@") === true;
}

function withLine(told: Diagnostic): Diagnostic {
  const { file, start } = told.at as Span;
  return { ...told, message: `line ${positionAt(file, start).line}: ${told.message}` };
}
