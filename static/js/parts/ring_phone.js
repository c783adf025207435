/** The choice to be rung on a locked phone: asks the browser only after the person has asked. */

import { fill, show } from "./dom.js";

export class RingPhone {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.button = /** @type {HTMLButtonElement} */ (element.querySelector("button"));
    this.onClick = this.onClick.bind(this);
  }

  start() {
    if (!("serviceWorker" in navigator) || !("PushManager" in globalThis)) return this.explain();
    this.button.addEventListener("click", this.onClick);
    void this.draw();
  }

  stop() {
    this.button.removeEventListener("click", this.onClick);
  }

  /** An iPhone rings only for what was put on its home screen. */
  explain() {
    if (!/iPhone|iPad/.test(navigator.userAgent)) return;
    this.element.hidden = false;
    this.button.hidden = true;
    show(this.element, "off", false);
    show(this.element, "installed", true);
  }

  async subscription() {
    const registration = await navigator.serviceWorker.getRegistration("/");
    return (await registration?.pushManager.getSubscription()) ?? null;
  }

  async draw() {
    const isOn = (await this.subscription()) !== null;
    this.element.hidden = false;
    this.button.setAttribute("aria-pressed", String(isOn));
    show(this.element, "on", isOn);
    show(this.element, "off", !isOn);
  }

  async onClick() {
    fill(this.element, "trouble", "");
    try {
      const now = await this.subscription();
      await (now ? this.turnOff(now) : this.turnOn());
    } catch {
      fill(this.element, "trouble", this.element.dataset.trouble ?? "");
    }
    await this.draw();
  }

  async turnOn() {
    const registration = await navigator.serviceWorker.register("/service-worker.js", { scope: "/" });
    await navigator.serviceWorker.ready;
    const { key } = await (await fetch("/push/key")).json();
    const wanted = { userVisibleOnly: true, applicationServerKey: key };
    const subscription = await registration.pushManager.subscribe(wanted);
    const { endpoint, keys } = subscription.toJSON();
    await this.post("/push/subscribe", { endpoint, ...keys });
  }

  /** @param {PushSubscription} subscription */
  async turnOff(subscription) {
    await this.post("/push/unsubscribe", { endpoint: subscription.endpoint });
    await subscription.unsubscribe();
  }

  /**
   * @param {string} path
   * @param {Record<string, string | undefined>} values
   */
  async post(path, values) {
    const body = new URLSearchParams({ form_token: this.element.dataset.token ?? "" });
    for (const [name, value] of Object.entries(values)) body.set(name, value ?? "");
    const answer = await fetch(path, { method: "POST", body });
    if (!answer.ok) throw new Error(String(answer.status));
  }
}
