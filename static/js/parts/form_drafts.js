/** What was typed outlives a change of language, and a form that came back with an error has the address of its page. */

const KEY = "parvis-typed";
const SKIPPED = "[type=hidden], [type=file], [type=password], [data-private], [data-private] *";

/** @typedef {{path: string, fields: [string, string, string, boolean][]}} Kept */

export class FormDrafts {
  /**
   * @param {Document} page
   * @param {Storage} storage of this tab
   */
  constructor(page, storage) {
    this.page = page;
    this.storage = storage;
    this.onSubmit = this.onSubmit.bind(this);
  }

  start() {
    const { formPage } = this.page.body.dataset;
    // Otherwise Back, reload and the choice of language lead to an address that only takes forms.
    if (formPage) history.replaceState(history.state, "", formPage);
    this.restore();
    this.page.addEventListener("submit", this.onSubmit);
    if (formPage) this.goToError();
  }

  stop() {
    this.page.removeEventListener("submit", this.onSubmit);
  }

  /** @param {SubmitEvent} event */
  onSubmit(event) {
    if (/** @type {HTMLElement} */ (event.target).matches(".language-choice")) this.keep();
  }

  keep() {
    /** @type {Kept} */
    const kept = { path: location.pathname + location.search, fields: [] };
    for (const field of this.fields()) {
      kept.fields.push([field.form?.getAttribute("action") ?? "", field.name, field.value, isTicked(field)]);
    }
    this.storage.setItem(KEY, JSON.stringify(kept));
  }

  restore() {
    /** @type {Kept | null} */
    const kept = JSON.parse(this.storage.getItem(KEY) ?? "null");
    this.storage.removeItem(KEY);
    if (kept?.path !== location.pathname + location.search) return;
    const fields = this.fields();
    for (const [action, name, value, ticked] of kept.fields) {
      const isChoice = (/** @type {Field} */ field) => field.type === "checkbox" || field.type === "radio";
      const field = fields.find(
        (each) => each.name === name && each.form?.getAttribute("action") === action && (!isChoice(each) || each.value === value),
      );
      if (field instanceof HTMLInputElement && isChoice(field)) field.checked = ticked;
      else if (field) field.value = value;
    }
  }

  /** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */
  /** @returns {Field[]} */
  fields() {
    const found = /** @type {NodeListOf<Field>} */ (this.page.querySelectorAll("form[action] :is(input, textarea, select)[name]"));
    return [...found].filter((field) => !field.matches(SKIPPED));
  }

  /** The first field that does not fit, even in a part that is folded. */
  goToError() {
    const field = /** @type {HTMLElement | null} */ (this.page.querySelector("[aria-invalid=true]"));
    const folded = field?.closest("details");
    if (folded) folded.open = true;
    field?.focus();
    field?.scrollIntoView({ block: "center" });
  }
}

/** @param {HTMLElement} field */
function isTicked(field) {
  return field instanceof HTMLInputElement && field.checked;
}
