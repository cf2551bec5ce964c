/** What a run that was cut short had left, and what has become of it. */
export interface Recovery {
  readonly name: string
  readonly done: /** It was being applied: all of it has been undone. */
    | 'undone'
    /** It was being taken down: that has been finished. */
    | 'finished'
    /** Nobody had confirmed it in time, nor undone it: it has been undone. */
    | 'expired'
    /** The machine was started anew since, and nothing of it was left. */
    | 'forgotten'
    /** It has no record, and something bears its mark still: nothing has been done. `collectGarbage` tells what it is. */
    | 'left'
}
