/** Where an accepted call leads: the tab that answered or called goes in, every other one shows the way. */

/** @typedef {import("../live/connection.js").Connection} Connection */

const KEY = "parvis.expects";

export class MeetingDoor {
  /**
   * @param {HTMLElement | null} banner absent on the meeting's own page
   * @param {Connection} connection
   * @param {Storage} storage of this tab, so that a reload while it rings changes nothing
   * @param {(path: string) => void} go
   */
  constructor(banner, connection, storage, go) {
    this.banner = banner;
    this.connection = connection;
    this.storage = storage;
    this.go = go;
    /** @type {(() => void)[]} */
    this.stops = [];
  }

  start() {
    this.stops = [
      this.connection.on("meeting:opened", (payload) => this.opened(payload.meeting_id)),
      this.connection.on("meeting:reopened", (payload) => this.show(payload.meeting_id)),
      this.connection.on("meeting:closed", (payload) => this.closed(payload.meeting_id)),
    ];
  }

  stop() {
    for (const stop of this.stops) stop();
    this.stops = [];
  }

  /** This tab has answered or called: the meeting opens here. */
  expect() {
    this.storage.setItem(KEY, "1");
  }

  forget() {
    this.storage.removeItem(KEY);
  }

  /** @param {string} meeting */
  opened(meeting) {
    const expected = this.storage.getItem(KEY);
    this.storage.removeItem(KEY);
    if (expected) this.go(`/meetings/${meeting}`);
    else this.show(meeting);
  }

  /** @param {string} meeting whoever has left one may be in another by now */
  closed(meeting) {
    if (this.banner?.querySelector("a")?.pathname === `/meetings/${meeting}`) this.show(null);
  }

  /** @param {string | null} meeting */
  show(meeting) {
    if (!this.banner) return;
    this.banner.hidden = meeting === null;
    const link = this.banner.querySelector("a");
    if (link && meeting) link.href = `/meetings/${meeting}`;
  }
}
