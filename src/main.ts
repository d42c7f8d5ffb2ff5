import { main } from "./cli.ts";
import { defect } from "./defect.ts";
import { EXIT } from "./outcome.ts";

const { argv, env, stderr, stdout } = process;

// A reader that closes the pipe (`jackfield get | head`) is no fault of ours.
stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.environment),
);

const terminal = {
  out: (text: string) => void stdout.write(text),
  err: (text: string) => void stderr.write(text),
  color: stdout.isTTY === true && stderr.isTTY === true && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb",
  env,
};

main(argv.slice(2), terminal)
  .catch((error: unknown) => {
    stderr.write(defect(error));
    return EXIT.environment;
  })
  .then((exit) => {
    process.exitCode = exit;
  });
