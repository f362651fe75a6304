/** The exit codes in words, for help and the manual page. */
export const meanings: ReadonlyArray<readonly [string, string]> = [
  ["0", "all is well"],
  ["1", "failed, needs a person"],
  ["2", "changes are pending (plan --exit-code)"],
  ["3", "something is held: groupbridge held"],
  ["4", "done in part"],
  ["5", "the saved plan is stale, nothing was sent"],
  ["6", "another run is under way"],
  ["64", "wrong usage or config"],
  ["75", "a vendor is not available; the next run goes on by itself"],
  ["130", "stopped by a signal (129 and 143 too)"]
]
