import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), "utf8");

test("the hook for pre-commit runs a program that the package installs, and no file name goes to it", () => {
  const [hook, ...others] = parse(read(".pre-commit-hooks.yaml"));
  expect(others).toEqual([]);
  const { id, entry, language, files, pass_filenames } = hook;
  expect({ id, language, pass_filenames }).toEqual({
    id: "jackfield-validate",
    language: "node",
    pass_filenames: false,
  });
  const [program, ...args] = entry.split(" ");
  expect(Object.keys(JSON.parse(read("package.json")).bin)).toContain(program);
  expect(args).toEqual(["validate"]);
  for (const path of ["jackfield.yaml", "a/b.sops.yaml", "x.yml"])
    expect(new RegExp(files).test(path)).toBe(true);
  for (const path of ["yaml", "a.yaml.txt", "dag.py"]) expect(new RegExp(files).test(path)).toBe(false);
});
