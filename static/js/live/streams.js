/** Numbered streams: every fact is delivered once and in order; a gap is noticed and asked for. */

/**
 * @typedef {{stream: string, epoch: string, after: number}} Head
 * @typedef {{stream: string, number: number, at: string} & Record<string, any>} Fact
 * @typedef {{stream: string, epoch: string, last: number, facts: (Fact & {event: string})[], snapshot: any}} Caught
 */

export class Streams {
  /** @param {Head[]} heads where the page's content stands */
  constructor(heads) {
    /** @type {Map<string, Head>} */
    this.heads = new Map(heads.map((head) => [head.stream, { ...head }]));
    /** @type {Map<string, Map<number, {event: string, fact: Fact}>>} facts that came before an earlier one */
    this.early = new Map();
  }

  /** What to ask for: each stream from the last number seen. */
  wanted() {
    return [...this.heads.values()].map(({ stream, epoch, after }) => ({ stream, epoch, after }));
  }

  /**
   * Take a fact in; returns what may be shown now, in order.
   * @param {string} event
   * @param {Fact} fact
   * @returns {{event: string, fact: Fact}[]}
   */
  take(event, fact) {
    const head = this.heads.get(fact.stream);
    if (!head || fact.number <= head.after) return [];
    const early = this.early.get(fact.stream) ?? new Map();
    this.early.set(fact.stream, early);
    early.set(fact.number, { event, fact });
    const ready = [];
    for (let next = early.get(head.after + 1); next; next = early.get(head.after + 1)) {
      early.delete(head.after + 1);
      head.after += 1;
      ready.push(next);
    }
    return ready;
  }

  /** Whether a fact is held back because an earlier one is missing. */
  hasGap() {
    return [...this.early.values()].some((early) => early.size > 0);
  }

  /**
   * Take in what the server says was missed.
   * @param {Caught} caught
   * @returns {{ready: {event: string, fact: Fact}[], snapshot: any}} a snapshot when catching up was impossible
   */
  catchUp(caught) {
    const head = this.heads.get(caught.stream);
    if (!head) return { ready: [], snapshot: null };
    head.epoch = caught.epoch;
    if (caught.snapshot) {
      head.after = caught.last;
      this.early.delete(caught.stream);
      return { ready: [], snapshot: caught.snapshot };
    }
    const ready = caught.facts.flatMap(({ event, ...fact }) => this.take(event, /** @type {Fact} */ (fact)));
    return { ready, snapshot: null };
  }
}
