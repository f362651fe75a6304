/** Slugs as BizKitHub takes them: ASCII words in lower case, joined by single hyphens, at most 64 characters. */

/** The longest that BizKitHub keeps (vendor docs, read 2026-11); what is longer it cuts, and then two could be one. */
export const longest = 64

/** Letters that do not come apart into an ASCII letter and a mark. The Cyrillic ones agree with the vendor's one example (`priviet-mir`). */
const letters: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  ł: "l",
  þ: "th",
  ı: "i",
  ħ: "h",
  а: "a",
  б: "b",
  в: "v",
  г: "g",
  д: "d",
  е: "ie",
  ж: "zh",
  з: "z",
  и: "i",
  к: "k",
  л: "l",
  м: "m",
  н: "n",
  о: "o",
  п: "p",
  р: "r",
  с: "s",
  т: "t",
  у: "u",
  ф: "f",
  х: "kh",
  ц: "ts",
  ч: "ch",
  ш: "sh",
  щ: "shch",
  ъ: "",
  ы: "y",
  ь: "",
  э: "e",
  ю: "iu",
  я: "ia",
  і: "i",
  є: "ie",
  ґ: "g",
  α: "a",
  β: "v",
  γ: "g",
  δ: "d",
  ε: "e",
  ζ: "z",
  η: "i",
  θ: "th",
  ι: "i",
  κ: "k",
  λ: "l",
  μ: "m",
  ν: "n",
  ξ: "x",
  ο: "o",
  π: "p",
  ρ: "r",
  σ: "s",
  ς: "s",
  τ: "t",
  υ: "y",
  φ: "f",
  χ: "ch",
  ψ: "ps",
  ω: "o"
}

/**
 * Every answer is a slug already, so that BizKitHub's own `toSlug` leaves it as it is. `lossy`: letters or digits of the text are not in it.
 * Not cut: it may be longer than `longest`.
 */
export const of = (text: string): { readonly slug: string; readonly lossy: boolean } => {
  const plain = text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replaceAll("+", " plus ")
    .replaceAll("&", " and ")
    .replace(/[^\0-\x7f]/gu, (letter) => letters[letter] ?? letter)
  return { slug: plain.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, ""), lossy: /[\p{L}\p{N}]/u.test(plain.replace(/[a-z0-9]/g, "")) }
}

export const isSlug = (text: string): boolean => text.length <= longest && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text)
