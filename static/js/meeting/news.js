/** What a meeting tells those parts of the page that ask to hear of it. */

/** @typedef {"changed" | "screen" | "stop_screen" | "cobrowse" | "cobrowse_back" | "cobrowsing" | "cobrowsing-asked" | "cobrowsing-declined" | "other-came" | "stepped"} Subject */
/**
 * @typedef {object} Hearer
 * @property {(stream: MediaStream) => void} stream
 * @property {() => void} changed something that is shown has changed
 * @property {() => void} elsewhere the meeting goes on in another tab
 * @property {() => void} ended
 * @property {(message: string) => void} refused
 */

export class News {
  constructor() {
    /** @type {Map<Subject, Set<(value: any) => void>>} */
    this.hearers = new Map();
  }

  /**
   * Hear of something new; returns how to stop hearing of it.
   * @param {Subject} subject
   * @param {(value: any) => void} hearer
   */
  on(subject, hearer) {
    const hearers = this.hearers.get(subject) ?? new Set();
    this.hearers.set(subject, hearers.add(hearer));
    return () => void hearers.delete(hearer);
  }

  /**
   * @param {Subject} subject
   * @param {any} [value]
   */
  say(subject, value) {
    for (const hearer of this.hearers.get(subject) ?? []) hearer(value);
  }
}
