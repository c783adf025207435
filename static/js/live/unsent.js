/** What somebody has written in a conversation and the server does not have yet: it outlives a reload of the page. */

/** @typedef {{client_id: string, text: string, at: string}} Words */

export class Unsent {
  /**
   * @param {Storage} storage of this tab
   * @param {string} owner whoever writes: nobody sends what somebody else has left in this tab
   * @param {string} stream of the conversation
   */
  constructor(storage, owner, stream) {
    this.storage = storage;
    this.key = `parvis-unsent:${owner}:${stream}`;
  }

  /** @returns {Words[]} the first written first */
  all() {
    return JSON.parse(this.storage.getItem(this.key) ?? "[]");
  }

  /** @param {Words} words */
  keep(words) {
    this.write([...this.all(), words]);
  }

  /** @param {string} client_id */
  drop(client_id) {
    this.write(this.all().filter((words) => words.client_id !== client_id));
  }

  /** @param {Words[]} all */
  write(all) {
    if (all.length === 0) return this.storage.removeItem(this.key);
    try {
      this.storage.setItem(this.key, JSON.stringify(all));
    } catch {
      // A full or forbidden storage keeps nobody from writing: only a reload would lose it.
    }
  }
}
