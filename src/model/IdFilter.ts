/** Remembers ids in a fixed amount of memory, however many there are (a Bloom filter): "no" is sure, "yes" is nearly so. */

export interface IdFilter {
  /** Answers whether it may have been there before. */
  readonly add: (id: string) => boolean
  readonly has: (id: string) => boolean
}

/** 8 MiB: among a million ids one in 70,000 is taken for another. */
const bits = 2 ** 26
const hashes = 4

const hash = (id: string, seed: number): number => {
  let value = seed
  for (let index = 0; index < id.length; index++) value = Math.imul(value ^ id.charCodeAt(index), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}

export const make = (): IdFilter => {
  const bytes = new Uint8Array(bits / 8)
  const visit = (id: string, set: boolean): boolean => {
    const first = hash(id, 0x811c9dc5)
    const step = hash(id, 0x9747b28c) | 1
    let all = true
    for (let index = 0; index < hashes; index++) {
      const bit = (first + Math.imul(index, step)) & (bits - 1)
      const mask = 1 << (bit & 7)
      const byte = bytes[bit >>> 3] ?? 0
      if ((byte & mask) !== 0) continue
      all = false
      if (!set) return false
      bytes[bit >>> 3] = byte | mask
    }
    return all
  }
  return { add: (id) => visit(id, true), has: (id) => visit(id, false) }
}
