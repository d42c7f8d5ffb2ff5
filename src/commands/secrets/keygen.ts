import { Secret } from "../../core/secret.ts";
import { EXIT, type Outcome } from "../../outcome.ts";
import type { KeyFile } from "../../ports.ts";
import { visibleText } from "../../render/visible.ts";
import { generateIdentity } from "../../sops/identities.ts";

/** `jackfield secrets keygen`: a new age key. The private half goes to the file, only the public half is told. */
export function keygen(file: KeyFile, now: Date): Outcome {
  const { recipient, text } = generateIdentity();
  const created = now.toISOString().replace(/\.\d+/, "");
  const lines = new Secret(`# created: ${created}\n# public key: ${recipient}\n${text.reveal()}\n`);
  const { value: written, diagnostics } = file.append(lines);
  const secrets = [text];
  if (!written) {
    const exists = diagnostics.some(({ code }) => code === "JF007");
    return { diagnostics, result: null, text: "", secrets, ...(exists && { exit: EXIT.usage }) };
  }
  return {
    diagnostics,
    result: { recipient, file: file.path },
    text: `public key: ${recipient}
private key: added to ${visibleText(file.path)}; keep a copy where you keep passwords

next: list the public key in jackfield.yaml, as one of the \`recipients\` of an environment
`,
    secrets,
  };
}
