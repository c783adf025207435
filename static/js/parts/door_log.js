/**
 * What the door of a fair knows and has seen: the people who are expected, and who passed. What was seen is kept in
 * this browser until the server has it; each passage bears a nonce, so that sending it again changes nothing.
 */

const MOST_AT_ONCE = 200;
const SHOWN = 30;
const REFUSED = [401, 403, 404, 409];
const TICKET = /\/tickets\/([0-9a-f]{32})([a-z2-7]{16})\/?$/;

/** @typedef {{id: string, code: string, name: string, isIn: boolean}} Expected */
/** @typedef {{nonce: string, attendee: string, direction: string, door: string, at: string}} Passage */

/** Whoever is at the door is not known any more, or may not be there: the page has to be loaded again. */
export class Refused extends Error {}

export class DoorLog {
  /**
   * @param {Storage} storage of this browser
   * @param {string} path of the page of the door
   * @param {string} token of its forms
   * @param {string} owner whoever is at the door: nobody sends what somebody else has left here
   */
  constructor(storage, path, token, owner) {
    this.storage = storage;
    this.path = path;
    this.token = token;
    this.key = `parvis-door:${owner}:${path}`;
    /** @type {Map<string, Expected>} */
    this.people = new Map();
    this.here = 0;
    this.today = 0;
  }

  /** @returns {Passage[]} what the server does not have yet, the first seen first */
  waiting() {
    return JSON.parse(this.storage.getItem(this.key) ?? "[]");
  }

  /** @param {Passage[]} all */
  keep(all) {
    if (all.length === 0) this.storage.removeItem(this.key);
    else this.storage.setItem(this.key, JSON.stringify(all));
  }

  /** The list as it stands on the server, with what this door has seen since. */
  async load() {
    const answer = await fetch(`${this.path}/people`);
    if (answer.redirected || REFUSED.includes(answer.status)) throw new Refused();
    if (!answer.ok) throw new Error(String(answer.status));
    const { people, here, today } = await answer.json();
    this.people = new Map();
    for (const [id, code, name, isIn] of people) this.people.set(id, { id, code, name, isIn });
    this.here = here;
    this.today = today;
    for (const each of this.waiting()) this.apply(each);
  }

  /**
   * Whose ticket this is, if it is one of this fair.
   * @param {string} text as it was read
   */
  holder(text) {
    const [, id = "", code] = TICKET.exec(text) ?? [];
    const found = this.people.get(id);
    return found?.code === code ? found : undefined;
  }

  /** @param {string} words the beginnings of a name, in any order */
  find(words) {
    const wanted = plain(words).split(/\s+/).filter(Boolean);
    if (wanted.length === 0) return [];
    const fits = (/** @type {Expected} */ each) => wanted.every((word) => ` ${plain(each.name)}`.includes(` ${word}`));
    return [...this.people.values()].filter(fits).slice(0, SHOWN);
  }

  /**
   * @param {Expected} who
   * @param {string} direction in or out
   * @param {string} door
   * @param {Date} at
   */
  pass(who, direction, door, at) {
    const passage = { nonce: crypto.randomUUID(), attendee: who.id, direction, door, at: at.toISOString() };
    this.keep([...this.waiting(), passage]);
    this.apply(passage);
  }

  /** @param {Passage} passage */
  apply({ attendee, direction }) {
    const who = this.people.get(attendee);
    const isIn = direction === "in";
    if (!who || who.isIn === isIn) return;
    who.isIn = isIn;
    this.here += isIn ? 1 : -1;
  }

  /** Hand over what waits. Throws where the network does not bear it; then it waits on. */
  async send() {
    for (let part = this.waiting().slice(0, MOST_AT_ONCE); part.length; part = this.waiting().slice(0, MOST_AT_ONCE)) {
      const body = new URLSearchParams({ form_token: this.token, passages: JSON.stringify(part) });
      const answer = await fetch(`${this.path}/passages`, { method: "POST", body, headers: { "X-Part": "sentence" } });
      if (answer.redirected || REFUSED.includes(answer.status)) throw new Refused();
      if (!answer.ok) throw new Error(String(answer.status));
      const sent = new Set(part.map((each) => each.nonce));
      this.keep(this.waiting().filter((each) => !sent.has(each.nonce)));
      ({ here: this.here, today: this.today } = await answer.json());
    }
  }
}

/** @param {string} text in small letters, without accents */
function plain(text) {
  return text.normalize("NFD").replace(/\p{Mark}/gu, "").toLowerCase().replace(/[-'’]/g, " ");
}
