/** What the user is told when he asks for the end. */
const TOLD = "stopping: what is under way is finished first (again: stop at once)\n";
const AT_ONCE = 130;

/**
 * From now on the first SIGINT or SIGTERM only asks for the end; a second one is obeyed at once. True once the end was asked for.
 */
export function watchInterrupts(): () => boolean {
  let isStopped = false;
  const stop = () => {
    if (isStopped) process.exit(AT_ONCE);
    isStopped = true;
    process.stderr.write(TOLD);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return () => isStopped;
}
