import { append } from "../core/append.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { didYouMean } from "../core/nearest.ts";
import { compareText } from "../core/source.ts";
import type {
  Credential,
  Declarations,
  Deployment,
  Link,
  Located,
  ObjectDeclaration,
  ObjectKind,
  ObjectReference,
} from "../model/declaration.ts";

/** One id of one kind: its Workspace-level object, its Deployment-level ones, and what refers to them. */
export interface Subject {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly shared?: ObjectDeclaration;
  /** By Deployment. */
  readonly own: ReadonlyMap<string, ObjectDeclaration>;
  /** Standalone and inline Links of the Workspace-level object. */
  readonly links: readonly Link[];
  /** Credentials of the Workspace-level object. */
  readonly credentials: readonly Credential[];
  /** Credentials of Deployment-level objects, by Deployment. */
  readonly ownCredentials: ReadonlyMap<string, readonly Credential[]>;
  /** A Link or Credential of it could not be read: what it lacks may be in there. */
  readonly incomplete: boolean;
}

/** Everything of a Workspace by name. */
export interface Directory {
  readonly declarations: Declarations;
  /** Sorted by name; of two declared with one name, the first by place. */
  readonly deployments: readonly Deployment[];
  readonly deploymentByName: ReadonlyMap<string, Deployment>;
  /** Sorted by kind, then id. */
  readonly subjects: readonly Subject[];
}

interface MutableSubject {
  readonly kind: ObjectKind;
  readonly id: string;
  shared?: ObjectDeclaration;
  readonly own: Map<string, ObjectDeclaration>;
  readonly links: Link[];
  readonly credentials: Credential[];
  readonly ownCredentials: Map<string, Credential[]>;
  readonly incomplete: boolean;
}

const KIND_ORDER: Record<ObjectKind, number> = { Connection: 0, Variable: 1, EnvironmentVariable: 2 };

/** Looking for the nearest of many names takes its time: an estate where all of them are wrong gets no more. */
const MAX_HINTS = 100;

interface Adding {
  readonly declarations: Declarations;
  readonly subjects: Map<string, MutableSubject>;
  readonly report: (trouble: Diagnostic) => void;
  hints: number;
}

/** Indexes the declarations of a Workspace and reports ids declared twice and references to nothing. */
export function createDirectory(
  declarations: Declarations,
  report: (trouble: Diagnostic) => void,
): Directory {
  const deploymentByName = new Map<string, Deployment>();
  for (const deployment of declarations.deployments) {
    const first = deploymentByName.get(deployment.name.value);
    if (first) report(twice("Deployment", first.name, deployment.name));
    else deploymentByName.set(deployment.name.value, deployment);
  }
  const subjects = new Map<string, MutableSubject>();
  const adding: Adding = { declarations, subjects, report, hints: 0 };
  for (const object of declarations.objects) addObject(adding, object);
  for (const link of declarations.links) subjectOf(adding, link.object)?.links.push(link);
  for (const credential of declarations.credentials) addCredential(adding, credential);
  for (const subject of subjects.values()) checkOwn(subject, report);
  return {
    declarations,
    deployments: [...deploymentByName.values()].sort((a, b) => compareText(a.name.value, b.name.value)),
    deploymentByName,
    subjects: [...subjects.values()].sort(
      (a, b) => KIND_ORDER[a.kind] - KIND_ORDER[b.kind] || compareText(a.id, b.id),
    ),
  };
}

function addObject({ declarations, subjects, report }: Adding, object: ObjectDeclaration): void {
  const key = `${object.kind}/${object.id.value}`;
  const incomplete = declarations.incomplete.has(key);
  const subject = subjects.get(key) ?? newSubject(object.kind, object.id.value, incomplete);
  subjects.set(key, subject);
  const level = object.deployment?.value;
  const first = level === undefined ? subject.shared : subject.own.get(level);
  if (first) {
    report(twice(object.kind, first.id, object.id));
  } else if (level === undefined) {
    subject.shared = object;
    append(subject.links, object.links);
  } else {
    subject.own.set(level, object);
  }
}

function newSubject(kind: ObjectKind, id: string, incomplete: boolean): MutableSubject {
  return { kind, id, own: new Map(), links: [], credentials: [], ownCredentials: new Map(), incomplete };
}

/** The subject a Link or Credential refers to; reports an unknown one, unless its own document was refused. */
function subjectOf(adding: Adding, { kind, id }: ObjectReference): MutableSubject | undefined {
  const subject = adding.subjects.get(`${kind}/${id.value}`);
  if (subject || adding.declarations.broken.has(`${kind}/${id.value}`)) return subject;
  const names = () => [...adding.subjects.values()].filter((s) => s.kind === kind).map((s) => s.id);
  const hint = adding.hints++ < MAX_HINTS ? didYouMean(id.value, names()) : undefined;
  adding.report(diagnostic("JF402", id.at, { what: kind, name: id.value }, { hint }));
  return undefined;
}

function addCredential(adding: Adding, credential: Credential): void {
  const subject = subjectOf(adding, credential.object);
  if (!subject) return;
  const level = credential.deployment?.value;
  if (level === undefined) {
    subject.credentials.push(credential);
    return;
  }
  const own = subject.ownCredentials.get(level) ?? [];
  subject.ownCredentials.set(level, [...own, credential]);
  if (!subject.own.has(level) && credential.deployment) {
    const params = { kind: subject.kind, id: subject.id, deployment: level };
    adding.report(diagnostic("JF435", credential.deployment.at, params));
  }
}

/** A Deployment-level object is that Deployment's alone: what would share it is an error. */
function checkOwn(subject: MutableSubject, report: (trouble: Diagnostic) => void): void {
  if (subject.shared || subject.own.size === 0) return;
  const deployment = [...subject.own.keys()].sort(compareText)[0] ?? "";
  for (const link of subject.links) {
    const hint = "remove it, or drop `metadata.deployment` to share the object";
    const params = { what: "a Link", id: subject.id, deployment };
    report(diagnostic("JF404", link.object.id.at, params, { hint }));
  }
  for (const credential of subject.credentials) {
    const hint = `write \`metadata: {deployment: ${deployment}}\` and no \`for\``;
    const params = { what: "a Credential `for` Deployments", id: subject.id, deployment };
    report(diagnostic("JF404", credential.at, params, { hint }));
  }
}

function twice(what: string, first: Located<string>, second: Located<string>): Diagnostic {
  const [a, b] = inOrder(first, second);
  const related = [{ at: a.at, message: "first declared here" }];
  return diagnostic("JF401", b.at, { what, name: second.value }, { related });
}

/** The two in order of place, so that the report does not depend on the order of files. */
function inOrder(a: Located<string>, b: Located<string>): readonly [Located<string>, Located<string>] {
  const order = compareText(a.at.file.path, b.at.file.path) || a.at.start - b.at.start;
  return order <= 0 ? [a, b] : [b, a];
}
