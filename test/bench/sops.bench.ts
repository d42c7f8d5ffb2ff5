import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decryptSops } from "sops-age";
import { parse as parseYaml } from "yaml";
import type { SourceFile } from "../../src/core/source.ts";
import type { ParsedFile } from "../../src/model/tree.ts";
import { parseFile } from "../../src/parse/parse.ts";
import { generateIdentity, type Identity, parseIdentities } from "../../src/sops/identities.ts";
import { openFile } from "../../src/sops/open.ts";
import { sealText } from "../../src/sops/seal.ts";
import { type BenchResult, median, rounded } from "./bench.ts";

const FILES = 1000;
const SECRETS = ["password", "token", "client-secret", "private-key", "passphrase"] as const;
const ROUNDS = 5;
/** Peers take a part of the files in each round, another one each time, and are scaled to all of them. */
const SAMPLE = FILES / ROUNDS;
const CLI_SAMPLE = 25;
const MAX_UNSEAL_MS = 200;

interface Estate {
  readonly files: readonly SourceFile[];
  readonly identities: readonly Identity[];
  readonly secretKey: string;
}

/**
 * 1,000 sealed files of five secrets each: from text to verified values, beside `sops-age` (which verifies nothing, one
 * file after the other) and one process of `sops` per file; and unsealing alone, with what was parsed given, beside
 * `sops-age` given what it parsed. Turn about, so that a busy machine slows all alike.
 */
export async function run(): Promise<BenchResult> {
  requireSops();
  const estate = makeEstate();
  const folder = mkdtempSync(join(tmpdir(), "jackfield-bench-"));
  try {
    await measurePeer(estate.files.slice(0, SAMPLE), estate.secretKey);
    measurePath(estate);
    const times: Times[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await measureRound(estate, folder, round));
    return report(times);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function requireSops(): void {
  const { status } = spawnSync("sops", ["--version", "--disable-version-check"]);
  if (status === 0) return;
  process.stderr.write(
    "this bench needs `sops` on the PATH: go install github.com/getsops/sops/v3/cmd/sops@latest\n",
  );
  process.exit(1);
}

function makeEstate(): Estate {
  const { recipient, text } = generateIdentity();
  const now = new Date();
  const files = Array.from({ length: FILES }, (_, i) => {
    const file = { path: `c${i}.sops.yaml`, text: plainText(i) };
    const { value } = sealText(file, { groups: [[recipient]], now });
    if (value === undefined) throw new Error("the bench's own file cannot be sealed");
    return { ...file, text: value };
  });
  return { files, identities: parseIdentities(text.reveal()).identities, secretKey: text.reveal() };
}

function plainText(i: number): string {
  const secrets = SECRETS.map((name) => `    ${name}: ${secretOf(i, name)}\n`).join("");
  return `apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: conn_${i}
  for:
    environment: production
  secrets:
${secrets}`;
}

function secretOf(i: number, name: string): string {
  return `canary ${name} ${i} of thirty-two bytes or so`;
}

/** Milliseconds for all files. */
interface Times {
  readonly path: number;
  readonly unseal: number;
  readonly sopsAge: number;
  readonly sopsAgeParsed: number;
  readonly cli: number;
}

async function measureRound(estate: Estate, folder: string, round: number): Promise<Times> {
  const sample = estate.files.slice(round * SAMPLE, (round + 1) * SAMPLE);
  const scale = FILES / SAMPLE;
  const sopsAge = scale * (await measurePeer(sample, estate.secretKey));
  const path = measurePath(estate);
  const cli = (FILES / CLI_SAMPLE) * measureCli(sample.slice(0, CLI_SAMPLE), folder, estate.secretKey);
  const parsed = estate.files.map(parse);
  const unseal = timed(() => {
    for (const [i, file] of parsed.entries()) expectOpen(file, estate.identities, i);
  });
  const parsedByPeer = sample.map(({ text }) => parseYaml(text) as object);
  const sopsAgeParsed = scale * (await measureParsedPeer(parsedByPeer, estate.secretKey));
  return { path, unseal, sopsAge, sopsAgeParsed, cli };
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function measurePath({ files, identities }: Estate): number {
  return timed(() => {
    for (const [i, file] of files.entries()) expectOpen(parse(file), identities, i);
  });
}

function parse(file: SourceFile): ParsedFile {
  const { value } = parseFile(file);
  if (!value) throw new Error("the bench's own file cannot be read");
  return value;
}

function expectOpen(file: ParsedFile, identities: readonly Identity[], i: number): void {
  const { value } = openFile(file, identities);
  const [first] = value?.values() ?? [];
  const isRight = value?.size === SECRETS.length && first?.secret.reveal() === secretOf(i, SECRETS[0]);
  if (!isRight) throw new Error("a file opened to something else");
}

async function measurePeer(files: readonly SourceFile[], secretKey: string): Promise<number> {
  const start = performance.now();
  for (const { text } of files) expectPlain(await decryptSops(text, { secretKey, fileType: "yaml" }));
  return performance.now() - start;
}

async function measureParsedPeer(files: readonly object[], secretKey: string): Promise<number> {
  const start = performance.now();
  for (const file of files) expectPlain(await decryptSops(file, { secretKey }));
  return performance.now() - start;
}

function measureCli(files: readonly SourceFile[], folder: string, secretKey: string): number {
  for (const { path, text } of files) writeFileSync(join(folder, path), text);
  const env = { PATH: process.env.PATH, HOME: folder, SOPS_AGE_KEY: secretKey };
  return timed(() => {
    for (const { path } of files) {
      const { status, stdout } = spawnSync("sops", ["decrypt", join(folder, path)], {
        env,
        encoding: "utf8",
      });
      if (status !== 0 || !stdout.includes("canary ")) throw new Error("`sops` opened nothing");
    }
  });
}

function expectPlain(document: {
  readonly spec: { readonly secrets: Readonly<Record<string, string>> };
}): void {
  if (!document.spec.secrets.password?.startsWith("canary ")) throw new Error("a peer opened nothing");
}

function report(times: readonly Times[]): BenchResult {
  const of = (name: keyof Times) => median(times.map((one) => one[name]));
  const [path, unseal, sopsAge, sopsAgeParsed, cli] = [
    of("path"),
    of("unseal"),
    of("sopsAge"),
    of("sopsAgeParsed"),
    of("cli"),
  ];
  const line = (name: string, ms: number, note = "") =>
    `  ${name.padEnd(22)}${ms.toFixed(0).padStart(7)} ms${note}`;
  const against = (ms: number, own: number, target: number) =>
    `   ${(ms / own).toFixed(1)} times ours, at least ${target} wanted${ms / own < target ? ": MISSED" : ""}`;
  const most = `   at most ${MAX_UNSEAL_MS} ms wanted${unseal > MAX_UNSEAL_MS ? ": MISSED" : ""}`;
  const table = [
    `${FILES} files of ${SECRETS.length} secrets, from text to values, median of ${ROUNDS} (peers: samples, scaled)`,
    line("jackfield, MAC too", path),
    line("sops-age, no MAC", sopsAge, against(sopsAge, path, 10)),
    line("one sops per file", cli, against(cli, path, 40)),
    "the same, with what was parsed given",
    line("jackfield, MAC too", unseal, most),
    line("sops-age, no MAC", sopsAgeParsed, against(sopsAgeParsed, unseal, 20)),
  ].join("\n");
  const metrics = {
    pathVsSopsAge: rounded(sopsAge / path),
    unsealVsSopsAge: rounded(sopsAgeParsed / unseal),
    pathVsSopsCli: rounded(cli / path),
  };
  return { table, metrics };
}
