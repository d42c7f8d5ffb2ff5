import { randomBytes } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { diagnostic } from "../core/diagnostic.ts";
import { type ArtifactFile, PortFailure } from "../ports.ts";

/** A file that is replaced whole or not at all. */
export function createArtifact(path: string): ArtifactFile {
  return {
    write(text) {
      const beside = `${path}.${randomBytes(4).toString("hex")}`;
      try {
        writeFileSync(beside, text, { flag: "wx" });
        renameSync(beside, path);
      } catch (error) {
        rmSync(beside, { force: true });
        const reason = (error as NodeJS.ErrnoException).code ?? "unknown";
        throw new PortFailure(diagnostic("JF004", undefined, { path, reason }));
      }
    },
  };
}
