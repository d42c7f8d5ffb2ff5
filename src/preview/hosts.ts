/**
 * The host names in the value of a field that names an address: a bare host, `host:port`, a URL, or several of these with commas between;
 * undefined if there is anything that is not told apart for sure.
 */
export function hostsIn(text: string): readonly string[] | undefined {
  const parts = text.split(",").map((part) => part.trim());
  const hosts = parts.map(hostIn);
  return hosts.every((host) => host !== undefined) ? hosts : undefined;
}

// Nothing else may stand in it: no user before the host, no backslash, no letters beyond ASCII.
const ADDRESS =
  /^(?:[a-z][a-z0-9+.-]*:\/\/)?([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)\.?(?::\d{1,5})?(?:\/[A-Za-z0-9._~/?=&%-]*)?$/i;
const NUMERIC = /^(?:0x[0-9a-f]+|[0-9]+)(?:\.(?:0x[0-9a-f]+|[0-9]+))*$/i;

function hostIn(address: string): string | undefined {
  const host = ADDRESS.exec(address)?.[1]?.toLowerCase();
  // An IP address, in whatever form, has no name.
  if (host === undefined || NUMERIC.test(host) || host.includes("..")) return undefined;
  return host;
}

/** True if a host name is one of these globs: `*` stands for one or more labels at the beginning, and nothing else. */
export function matchesHost(host: string, globs: readonly string[]): boolean {
  return globs.some((glob) => {
    const wanted = glob.toLowerCase().replace(/\.$/, "");
    if (!wanted.startsWith("*.")) return host === wanted;
    const suffix = wanted.slice(1);
    return suffix.length > 1 && !suffix.includes("*") && host.length > suffix.length && host.endsWith(suffix);
  });
}
