/** A button that hands this page's address on: by what the device offers, or onto the clipboard. */

import { say } from "../live/words.js";

export class Share {
  /** @param {HTMLElement} button hidden where neither is there */
  constructor(button) {
    this.button = button;
    this.address = location.origin + location.pathname;
    /** @type {{share?: (data: ShareData) => Promise<void>, clipboard?: Clipboard}} what this browser has of it */
    this.device = navigator;
    this.listening = new AbortController();
  }

  start() {
    if (!this.device.share && !this.device.clipboard) return;
    this.button.hidden = false;
    this.button.addEventListener("click", () => void this.share(), { signal: this.listening.signal });
  }

  stop() {
    this.listening.abort();
  }

  async share() {
    try {
      if (this.device.share) return await this.device.share({ title: document.title, url: this.address });
    } catch {
      // Whoever closes the device's own dialog shares nothing.
      return;
    }
    await this.device.clipboard?.writeText(this.address);
    const said = /** @type {HTMLElement} */ (document.querySelector("[data-slot=shared]"));
    said.textContent = say("The address is copied.");
  }
}
