import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** A process, as the name of a file can say it. */
export interface ProcessId {
  readonly pid: number;
  /** When it began, so that a pid that is used again is told apart; `0` where the system does not say. */
  readonly start: string;
  /** The machine, and its space of pids: two containers of one name must not judge each other's. */
  readonly host: string;
}

const NAME = /^held\.(\d+)\.([0-9a-f]+)\.([0-9a-f]+)\.[0-9a-f]+$/;

/** A name for what this process holds, that nobody else ever gives. */
export function heldName(): string {
  const { pid, start, host } = ownId();
  return `held.${pid}.${start}.${host}.${randomBytes(6).toString("hex")}`;
}

/** Whose such a name is; undefined: it is no such name. */
export function holderOf(name: string): ProcessId | undefined {
  const [, pid, start, host] = NAME.exec(name) ?? [];
  if (pid === undefined || start === undefined || host === undefined) return undefined;
  return { pid: Number(pid), start, host };
}

/** `unknown`: it is on another machine. */
export function lifeOf({ pid, start, host }: ProcessId): "alive" | "dead" | "unknown" {
  if (host !== ownHost()) return "unknown";
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return "dead";
  }
  const now = startOf(pid);
  return now === start || now === UNTOLD || start === UNTOLD ? "alive" : "dead";
}

const UNTOLD = "0";

function ownId(): ProcessId {
  return { pid: process.pid, start: startOf(process.pid), host: ownHost() };
}

function ownHost(): string {
  return digest(hostname(), attempt(() => readlinkSync("/proc/self/ns/pid")) ?? "");
}

/** proc_pid_stat(5): field 3 is its state, field 22 when it began, in ticks since the boot. A process that only waits to be reaped is dead. */
function startOf(pid: number): string {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  if (stat === undefined) return UNTOLD;
  // The name of the program, in brackets, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return "dead0";
  const boot = attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")) ?? "";
  return digest(boot, fields[19] ?? "");
}

function digest(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 12);
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
