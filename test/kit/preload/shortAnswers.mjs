/** Loaded into the built command by a test (`NODE_OPTIONS`): a vendor's answer is given up after 0.8 s instead of 30 s. */
const { setTimeout } = globalThis

globalThis.setTimeout = Object.assign((work, millis, ...args) => setTimeout(work, millis === 30_000 ? 800 : millis, ...args), setTimeout)
