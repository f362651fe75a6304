/** Which machine and which file this is, in few letters that tell nothing else: two copies of one state have different ones. */
import { createHash } from "node:crypto"
import { readFileSync, realpathSync, statSync } from "node:fs"
import { hostname } from "node:os"

const machineId = (): string => {
  try {
    return readFileSync("/etc/machine-id", "utf8")
  } catch {
    return ""
  }
}

/** The inode tells machines apart that were cloned with their id, name and folders. */
export const id = ({ file, lineage }: { readonly file: string; readonly lineage: string }): string => {
  const { dev, ino } = statSync(file)
  return createHash("sha256")
    .update([lineage, hostname(), machineId(), realpathSync(file), dev, ino].join("\n"))
    .digest("hex")
    .slice(0, 10)
}
