import type { Outcome } from "../outcome.ts";
import { type ApplyPorts, type ApplyRequest, apply } from "./apply.ts";
import { plan } from "./plan.ts";

/** `jackfield drift`: is what lives still what Git says? To repair is to apply. */
export function drift(ports: ApplyPorts, request: ApplyRequest, repair: boolean): Promise<Outcome> {
  return repair ? apply(ports, request) : plan(ports, { ...request, needsKeys: false, exitCode: true });
}
