/** Numbered streams: every event is delivered once and in order; a gap is noticed and asked for. */

/**
 * @typedef {{stream: string, epoch: string, after: number}} Head
 * @typedef {{stream: string, number: number, at: string} & Record<string, any>} StreamEvent
 * @typedef {{stream: string, epoch: string, last: number, events: (StreamEvent & {event: string})[], snapshot: any}} Caught
 */

export class Streams {
  /** @param {Head[]} heads where the page's content stands */
  constructor(heads) {
    /** @type {Map<string, Head>} */
    this.heads = new Map(heads.map((head) => [head.stream, { ...head }]));
    /** @type {Map<string, Map<number, {event: string, payload: StreamEvent}>>} events that came before an earlier one */
    this.early = new Map();
  }

  /** What to ask for: each stream from the last number seen. */
  wanted() {
    return [...this.heads.values()].map(({ stream, epoch, after }) => ({ stream, epoch, after }));
  }

  /**
   * Take an event in; returns what may be shown now, in order.
   * @param {string} event
   * @param {StreamEvent} payload
   * @returns {{event: string, payload: StreamEvent}[]}
   */
  take(event, payload) {
    const head = this.heads.get(payload.stream);
    if (!head || payload.number <= head.after) return [];
    const early = this.early.get(payload.stream) ?? new Map();
    this.early.set(payload.stream, early);
    early.set(payload.number, { event, payload });
    const ready = [];
    for (let next = early.get(head.after + 1); next; next = early.get(head.after + 1)) {
      early.delete(head.after + 1);
      head.after += 1;
      ready.push(next);
    }
    return ready;
  }

  /** Whether an event is held back because an earlier one is missing. */
  hasGap() {
    return [...this.early.values()].some((early) => early.size > 0);
  }

  /**
   * Take in what the server says was missed.
   * @param {Caught} caught
   * @returns {{ready: {event: string, payload: StreamEvent}[], snapshot: any}} a snapshot when catching up was impossible
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
    const ready = caught.events.flatMap(({ event, ...payload }) => this.take(event, /** @type {StreamEvent} */ (payload)));
    return { ready, snapshot: null };
  }
}
