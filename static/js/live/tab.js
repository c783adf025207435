/** Which tab this is: the same over a reload, another one in a duplicate, whose storage was copied with it. */

const KEY = "parvis.tab";

/**
 * The tab's name. A lock is held for as long as the page lives (Web Locks, W3C): whoever finds its name held by
 * another page is a copy, and takes a new name.
 * @param {Storage} storage of this tab
 * @param {LockManager | undefined} locks absent in browsers without them: then a copy keeps the name
 * @returns {Promise<string>}
 */
export async function tabName(storage, locks) {
  const known = storage.getItem(KEY) ?? crypto.randomUUID();
  const name = (await isFree(known, locks)) ? known : crypto.randomUUID();
  if (name !== known) await isFree(name, locks);
  storage.setItem(KEY, name);
  return name;
}

/**
 * @param {string} name
 * @param {LockManager | undefined} locks
 * @returns {Promise<boolean>} whether the name was free; it is ours from now on
 */
function isFree(name, locks) {
  if (!locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    void locks.request(`${KEY}.${name}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise(() => {}) : undefined;
    });
  });
}
