/** The screen, or one window of it, as a stream of its own beside the two pictures; either one ends it. */

import { say } from "../live/words.js";
import { actOf, fill, show, slot } from "./dom.js";

/** @typedef {import("../meeting/meeting.js").Meeting} Meeting */

export class Screen {
  /**
   * @param {HTMLElement} element the whole meeting
   * @param {{meeting: Meeting, name: string}[]} others who is talked with, and their names
   * @param {MediaDevices | undefined} media
   */
  constructor(element, others, media) {
    this.element = element;
    this.others = others;
    this.media = media;
    this.pane = /** @type {HTMLElement} */ (element.querySelector("[data-pane=screen]"));
    this.picture = /** @type {HTMLVideoElement} */ (slot(element, "screen"));
    this.button = /** @type {HTMLElement} */ (element.querySelector(".tool[data-act=screen]"));
    /** @type {MediaStreamTrack | null} ours */
    this.track = null;
    /** @type {Map<Meeting, MediaStream>} theirs */
    this.streams = new Map();
    this.isAsking = false;
    /** @type {(() => void)[]} */
    this.stops = [];
    this.onClick = this.onClick.bind(this);
  }

  start() {
    this.stops = this.others.flatMap(({ meeting }) => [
      meeting.on("changed", () => this.draw()),
      meeting.on("screen", (stream) => this.play(meeting, stream)),
      meeting.on("stop_screen", () => this.end()),
    ]);
    this.element.addEventListener("click", this.onClick);
    // Phones have no such thing.
    this.button.hidden = !this.media || !("getDisplayMedia" in this.media);
    this.draw();
  }

  stop() {
    for (const stop of this.stops) stop();
    this.element.removeEventListener("click", this.onClick);
    this.track?.stop();
  }

  /** Whose screen is shown. */
  get shower() {
    return this.others.find(({ meeting }) => meeting.otherPeer?.screen);
  }

  draw() {
    const shower = this.shower;
    this.pane.hidden = !this.track && !shower;
    show(this.element, "screen", Boolean(shower));
    // The other one may be out of reach for a moment: their stream stays, and is shown again with them.
    const wanted = shower ? (this.streams.get(shower.meeting) ?? null) : null;
    if (this.picture.srcObject !== wanted) this.picture.srcObject = wanted;
    this.button.setAttribute("aria-pressed", String(Boolean(this.track)));
    const seen = this.others.length > 1 ? "The two others see your screen." : "%(name)s sees your screen.";
    const words = shower ? "%(name)s shows their screen." : seen;
    const name = (shower ?? this.others[0])?.name ?? "";
    if (!this.pane.hidden) fill(this.element, "screen-words", say(words, { name }));
    this.picture.setAttribute("aria-label", say("Screen of %(name)s", { name }));
  }

  /**
   * @param {Meeting} meeting
   * @param {MediaStream} stream
   */
  play(meeting, stream) {
    this.streams.set(meeting, stream);
    this.draw();
    void this.picture.play().catch(() => undefined);
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const act = actOf(event);
    if (act === "screen") void (this.track ? this.end() : this.begin());
    if (act === "stop-screen") this.shower ? this.shower.meeting.tellOther("stop_screen", null) : void this.end();
  }

  async begin() {
    if (this.isAsking) return;
    this.isAsking = true;
    let stream;
    try {
      stream = await this.media?.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
    } catch {
      return; // They changed their mind in the browser's own dialogue.
    } finally {
      this.isAsking = false;
    }
    this.track = stream?.getVideoTracks()[0] ?? null;
    this.track?.addEventListener("ended", () => void this.end());
    await this.use();
  }

  async end() {
    this.track?.stop();
    this.track = null;
    await this.use();
  }

  async use() {
    await Promise.all(this.others.map(({ meeting }) => meeting.useScreen(this.track)));
    this.draw();
  }
}
