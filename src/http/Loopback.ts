/** Hosts that are this machine itself. */

/** `host` as a URL's `hostname` gives it: in lower case, IPv6 in brackets. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host)
