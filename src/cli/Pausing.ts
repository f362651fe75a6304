/** How a sync that somebody paused is told of where it is passed over. */
import * as Terminal from "../report/Terminal.ts"
import * as Times from "../report/Times.ts"
import type { View } from "../report/View.ts"
import type { Paused } from "../run/RunStore.ts"

/** `skipped, paused by petra until Fri 10:00 CET; groupbridge resume customers` */
export const skipped = (sync: string, { by, until }: Paused, view: View): string =>
  `skipped, paused by ${Terminal.visible(by)} until ${Times.atWithZone(view, until)}   groupbridge resume ${Terminal.visible(sync)}`
