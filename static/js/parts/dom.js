/** Finding and filling the named places of a part's markup. */

/**
 * @param {ParentNode} root
 * @param {string} name
 * @returns {HTMLElement | null}
 */
export function slot(root, name) {
  return root.querySelector(`[data-slot="${name}"]`);
}

/**
 * Put text into a named place; leaves it alone when nothing changes, so that nothing is announced twice.
 * @param {ParentNode} root
 * @param {string} name
 * @param {string} text
 */
export function fill(root, name, text) {
  const found = slot(root, name);
  if (found && found.textContent !== text) found.textContent = text;
}

/**
 * @param {ParentNode} root
 * @param {string} name
 * @param {boolean} shown
 */
export function show(root, name, shown) {
  const found = slot(root, name);
  if (found) found.hidden = !shown;
}

/**
 * What the button that was clicked does, by its data-act.
 * @param {Event} event
 * @returns {string | undefined}
 */
export function actOf(event) {
  const button = /** @type {HTMLElement} */ (event.target).closest("button[data-act]");
  return /** @type {HTMLElement | null} */ (button)?.dataset.act;
}

/** Whether somebody writes in a field of the page just now: nothing that another one does takes the keys from there. */
export function isTyping() {
  const field = document.activeElement;
  return Boolean(field?.matches("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])"));
}

/**
 * A copy of the first element of a part's template.
 * @param {ParentNode} root
 * @param {string} name
 * @returns {HTMLElement}
 */
export function copy(root, name) {
  const template = /** @type {HTMLTemplateElement | null} */ (root.querySelector(`template[data-template="${name}"]`));
  const element = template?.content.firstElementChild?.cloneNode(true);
  if (!element) throw new Error(`no template ${name}`);
  return /** @type {HTMLElement} */ (element);
}

/**
 * The hours and minutes of a moment in the page's time zone.
 * @param {string} moment
 * @param {string} [timeZone] the page's own otherwise
 */
export function clock(moment, timeZone = document.body.dataset.zone) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone }).format(
    new Date(moment),
  );
}

/**
 * The hour of a moment that is today; otherwise its day too. As server/rendering.py has it.
 * @param {string} moment
 * @param {number} now in milliseconds
 */
export function clockOrDay(moment, now) {
  const timeZone = document.body.dataset.zone;
  const day = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", year: "numeric", timeZone });
  const on = day.format(new Date(moment));
  return on === day.format(new Date(now)) ? clock(moment) : `${on}, ${clock(moment)}`;
}
