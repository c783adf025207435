/** The times to choose from: one that somebody else has just taken gives way to the next ones, on the page itself. */

export class Times {
  /**
   * @param {HTMLElement} element
   * @param {(path: string) => void} go
   */
  constructor(element, go) {
    this.element = element;
    this.go = go;
    this.onSubmit = this.onSubmit.bind(this);
  }

  start() {
    this.element.addEventListener("submit", this.onSubmit);
  }

  stop() {
    this.element.removeEventListener("submit", this.onSubmit);
  }

  /** @param {SubmitEvent} event */
  onSubmit(event) {
    event.preventDefault();
    void this.hold(/** @type {HTMLFormElement} */ (event.target), event.submitter);
  }

  /**
   * @param {HTMLFormElement} form
   * @param {HTMLElement | null} submitter
   */
  async hold(form, submitter) {
    const body = new URLSearchParams(/** @type {any} */ (new FormData(form, submitter)));
    this.element.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "times" } });
      const path = answer.headers.get("X-Go");
      if (path) return this.go(path);
      if (answer.status !== 409) return sendPlainly(form, submitter);
      // Our own server's part of our own page, escaped where it was rendered.
      this.element.innerHTML = await answer.text();
      const told = /** @type {HTMLElement | null} */ (this.element.querySelector("[role=alert]"));
      told?.focus();
    } catch {
      // The network gave way: the browser says so in its own way, and can try again.
      sendPlainly(form, submitter);
    } finally {
      this.element.removeAttribute("aria-busy");
    }
  }
}

/**
 * As if no script were here; a form that a script sends leaves out the button that was pressed.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 */
function sendPlainly(form, submitter) {
  if (submitter instanceof HTMLButtonElement) {
    const pressed = document.createElement("input");
    pressed.type = "hidden";
    pressed.name = submitter.name;
    pressed.value = submitter.value;
    form.append(pressed);
  }
  form.submit();
}
