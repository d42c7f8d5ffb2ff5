import fc from "fast-check";
import { expect, test } from "vitest";
import { type Compiled, compile } from "../src/compile.ts";
import type { Code } from "../src/core/catalog.ts";
import type { SourceFile, Span } from "../src/core/source.ts";
import type { EffectiveObject } from "../src/model/effective.ts";
import { parseFile } from "../src/parse/parse.ts";
import {
  type DocumentSpec,
  type EstateSpec,
  estate,
  filesOf,
  layout,
  selector,
  shuffled,
  write,
} from "./support/arbitrary.ts";
import { show } from "./support/diagnostics.ts";
import { casesOf, fixturePath, readTree } from "./support/fixture.ts";
import { listEffective, plain } from "./support/listing.ts";

// Laws of the language, on generated estates and on damaged ones.

const LAYOUT = { seed: 1, files: 1 };
const CONTRADICTIONS: readonly Code[] = ["JF407", "JF408", "JF409"];

/** What is told, without places; for contradictions also without the Deployments, which are told place by place. */
function messages({ diagnostics }: Compiled): readonly string[] {
  const told = diagnostics.map(({ code, message }) => {
    return `${code} ${CONTRADICTIONS.includes(code) ? message.replace(/ for .*/, "") : message}`;
  });
  return [...new Set(told)].sort();
}

function objectText({ kind, id, type, auth, fields }: EffectiveObject): string {
  const values = [...fields.values()].map(({ path, value }) => `${path}=${plain(value)}`);
  return `${kind} ${id} ${type?.value} ${auth} ${values.join(" ")}`;
}

/** What every Deployment ends up with, without places. */
function effective({ workspaces }: Compiled): readonly string[] {
  return workspaces.flatMap(({ effective: { deployments } }) =>
    deployments.flatMap(({ deployment, objects }) => [
      `# ${deployment.name.value}`,
      ...objects.map((object) => objectText(object)),
    ]),
  );
}

function contradicts({ diagnostics }: Compiled): boolean {
  return diagnostics.some(({ code }) => CONTRADICTIONS.includes(code));
}

test("the order in which files are given changes nothing at all", () => {
  fc.assert(
    fc.property(estate, layout, fc.integer({ min: 1, max: 1000 }), (spec, how, seed) => {
      const files = filesOf(spec, how);
      const [one, other] = [compile(files), compile(shuffled(files, seed))];
      expect(show(other)).toBe(show(one));
      expect(listEffective(other)).toBe(listEffective(one));
    }),
  );
});

test("names of files and the order of documents change places only", () => {
  fc.assert(
    fc.property(estate, layout, layout, (spec, a, b) => {
      const [one, other] = [compile(filesOf(spec, a)), compile(filesOf(spec, b))];
      expect(messages(other)).toEqual(messages(one));
      if (!contradicts(one)) expect(effective(other)).toEqual(effective(one));
    }),
    { numRuns: 300 },
  );
});

test("generated estates are worth it: some are without errors, some contradict themselves, many reach far", () => {
  const compiled = fc.sample(estate, { numRuns: 200, seed: 1 }).map((spec) => compile(filesOf(spec, LAYOUT)));
  const codes = new Set(compiled.flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code)));
  const errors = compiled.map(
    ({ diagnostics }) => diagnostics.filter(({ severity }) => severity === "error").length,
  );
  expect(errors.filter((count) => count === 0).length).toBeGreaterThan(5);
  expect([...codes].sort()).toEqual(
    expect.arrayContaining(["JF405", "JF406", "JF407", "JF408", "JF409", "JF410"]),
  );
  expect(compiled.filter((one) => effective(one).length > 12).length).toBeGreaterThan(50);
});

/** The estate with one Link more on every object that is meant. */
function withLink(
  spec: EstateSpec,
  to: object,
  isMeant: (sharing: unknown) => boolean,
  sharing: string,
): EstateSpec {
  const objects = spec.objects.map((object) => {
    const { deployment } = object.metadata;
    if (deployment !== undefined || !isMeant(object.spec.sharing)) return object;
    const links = [...((object.spec.links as readonly unknown[] | undefined) ?? []), { to }];
    return { ...object, spec: { ...object.spec, sharing, links } };
  });
  return { ...spec, objects };
}

test("sharing `all` is a Link to all: turning it off and on keeps overrides", () => {
  fc.assert(
    fc.property(estate, (spec) => {
      const shared = compile(filesOf(spec, LAYOUT));
      const isAll = (sharing: unknown) => sharing === "all";
      const linked = compile(filesOf(withLink(spec, { all: true }, isAll, "restricted"), LAYOUT));
      expect(effective(linked)).toEqual(effective(shared));
      expect(messages(linked)).toEqual(messages(shared));
    }),
  );
});

test("a Link without overrides changes nothing in an object that reaches everyone", () => {
  fc.assert(
    fc.property(estate, selector, (spec, to) => {
      const isAll = (sharing: unknown) => sharing === "all";
      const more = withLink(spec, to, isAll, "all");
      expect(effective(compile(filesOf(more, LAYOUT)))).toEqual(effective(compile(filesOf(spec, LAYOUT))));
    }),
  );
});

function withAndWithout(spec: EstateSpec, added: DocumentSpec): readonly [Compiled, Compiled] {
  const files = filesOf(spec, LAYOUT);
  return [compile(files), compile([...files, { path: "added.yaml", text: write(added) }])];
}

test("an unrelated object changes no other", () => {
  fc.assert(
    fc.property(estate, fc.constantFrom("Variable", "EnvironmentVariable"), (spec, kind) => {
      const added = { kind, metadata: { name: "unrelated" }, spec: { value: "x", sharing: "all" } };
      const [before, after] = withAndWithout(spec, added);
      expect(effective(after).filter((line) => !line.includes("unrelated"))).toEqual(effective(before));
      expect(messages(after)).toEqual(messages(before));
    }),
  );
});

test("an estate with everything renamed compiles to the renamed result", () => {
  const renamed = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value).replaceAll(/\b(dep|obj)(\d)/g, "$1-x$2")) as T;
  fc.assert(
    fc.property(estate, (spec) => {
      // EnvironmentVariables may have no `-`.
      const usable: EstateSpec = {
        ...spec,
        objects: spec.objects.filter(({ kind }) => kind !== "EnvironmentVariable"),
        links: spec.links.filter((link) => link.spec.environmentVariable === undefined),
        credentials: spec.credentials.filter((one) => one.spec.environmentVariable === undefined),
      };
      const [one, other] = [
        compile(filesOf(usable, LAYOUT)),
        compile(filesOf(renamed(usable), LAYOUT, "renamed")),
      ];
      expect(effective(other)).toEqual(renamed(effective(one)));
      expect(messages(other)).toEqual(renamed(messages(one)));
    }),
  );
});

test("adding a Deployment that nothing selects by name leaves the others as they are", () => {
  fc.assert(
    fc.property(estate, (spec) => {
      const added = {
        kind: "Deployment",
        metadata: { name: "zz-new" },
        spec: { environment: "production", cluster: "eu", namespace: "zz" },
      };
      const [before, after] = withAndWithout(spec, added);
      expect(effective(after).slice(0, effective(before).length)).toEqual(effective(before));
    }),
  );
});

const FIXTURES: readonly (readonly SourceFile[])[] = ["compile", "codes"].flatMap((folder) =>
  casesOf(folder).map((name) => readTree(fixturePath(folder, name, "repo"))),
);

const JUNK = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom(
    "\n",
    "\t",
    " ",
    ":",
    "- ",
    "{",
    "}",
    "[",
    "&a ",
    "*a",
    "!!x ",
    "|",
    ">",
    "'",
    '"',
    "#",
    "---\n",
    "\r",
    "<<: ",
  ),
);

/** A real file with a piece cut out and junk put in its place. */
const damaged = fc
  .record({
    files: fc.constantFrom(...FIXTURES),
    which: fc.nat(),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(30),
    junk: JUNK,
  })
  .map(({ files, which, at, cut, junk }) => {
    const victim = files[which % files.length] as SourceFile;
    const start = Math.floor(victim.text.length * at);
    const text = victim.text.slice(0, start) + junk + victim.text.slice(start + cut);
    return files.map((file) => (file === victim ? { path: file.path, text } : file));
  });

function expectInside(span: Span | undefined): void {
  if (!span) return;
  expect(span.start).toBeGreaterThanOrEqual(0);
  expect(span.end).toBeGreaterThanOrEqual(span.start);
  expect(span.end).toBeLessThanOrEqual(span.file.text.length);
}

test("parsing never throws, whatever the text, and every place lies inside its file", () => {
  const texts = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc
      .array(fc.oneof(JUNK, fc.constantFrom("a", "b: ", "? ", "key")), { maxLength: 40 })
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      for (const { at, related } of parseFile({ path: "x.yaml", text }).diagnostics) {
        for (const span of [at, ...related.map((one) => one.at)]) expectInside(span);
      }
    }),
    { numRuns: 3000 },
  );
});

test("compiling never throws on a damaged estate, and every place lies inside its file", () => {
  fc.assert(
    fc.property(damaged, (files) => {
      for (const { at, related } of compile(files).diagnostics) {
        for (const span of [at, ...related.map((one) => one.at)]) expectInside(span);
      }
    }),
    { numRuns: 2000 },
  );
});
