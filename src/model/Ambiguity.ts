/**
 * Why it is not known which customer of a target a customer of a source is. Nothing is added for an ambiguous customer and nothing removed.
 * `several-targets`: several customers of the target match; `shared-target`: several customers of one source match one at the target;
 * `address-taken`: the address that a match rests on belongs to another customer of the source now; `other-spelling`: the addresses of both differ
 * in the case of letters other than A to Z, which may be two people's.
 */
export type Ambiguity = "several-targets" | "shared-target" | "address-taken" | "other-spelling"
