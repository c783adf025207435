/** An answer that is kept ready is put into the form, which keeps all else that stands in it. */

export class ReadyAnswers {
  /** @param {HTMLElement} element with a link for each, which leads to the form filled by it */
  constructor(element) {
    this.element = element;
    this.form = /** @type {HTMLFormElement} */ (element.closest("form"));
    this.onClick = this.onClick.bind(this);
  }

  start() {
    this.element.addEventListener("click", this.onClick);
  }

  stop() {
    this.element.removeEventListener("click", this.onClick);
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const link = /** @type {HTMLElement} */ (event.target).closest("a");
    if (!link) return;
    event.preventDefault();
    const { step, text = "" } = link.dataset;
    const chosen = /** @type {HTMLInputElement} */ (this.form.querySelector(`[name=next_step][value=${step}]`));
    chosen.checked = true;
    const field = /** @type {HTMLTextAreaElement} */ (this.form.querySelector("[name=answer]"));
    field.value = begun(field.value, text, this.texts());
    field.focus();
  }

  texts() {
    return [...this.element.querySelectorAll("a")].map((each) => each.dataset.text ?? "");
  }
}

/**
 * One takes the place of another; what somebody has written themselves stays, below it.
 * @param {string} written
 * @param {string} text
 * @param {string[]} ready
 */
export function begun(written, text, ready) {
  const own = written.trim();
  return own && !ready.map((each) => each.trim()).includes(own) ? `${text}\n\n${own}` : text;
}
