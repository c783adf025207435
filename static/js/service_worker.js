/**
 * Rings a locked phone: shows what was pushed, and a touch opens its page. And lets the door of a fair go on without a
 * network: what that page has kept (static/js/parts/kept_page.js) stands in for the server for an hour.
 */

/** @typedef {{title: string, body: string, path: string}} Pushed */

const worker = /** @type {any} */ (globalThis);

worker.addEventListener("push", (/** @type {any} */ event) => {
  /** @type {Pushed} */
  const pushed = event.data.json();
  event.waitUntil(
    worker.registration.showNotification(pushed.title, {
      body: pushed.body,
      tag: pushed.path,
      renotify: true,
      requireInteraction: true,
      vibrate: [300, 200, 300],
      data: pushed.path,
    }),
  );
});

worker.addEventListener("notificationclick", (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data));
});

/** @param {string} path */
async function open(path) {
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((/** @type {any} */ each) => new URL(each.url).pathname === path);
  return there ? there.focus() : worker.clients.openWindow(path);
}

const KEPT = "parvis-kept";
const KEPT_FOR_MS = 3600000;
const DOOR = /^\/organise\/[^/]+\/door(\/people)?$/;

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const isOurs = origin === worker.location.origin && request.method === "GET";
  if (isOurs && (DOOR.test(pathname) || pathname.startsWith("/static/"))) event.respondWith(answer(request, pathname));
});

/**
 * @param {Request} request
 * @param {string} pathname
 */
async function answer(request, pathname) {
  try {
    const found = await fetch(request);
    if (DOOR.test(pathname)) await renew(request, found.clone());
    return found;
  } catch (error) {
    const kept = await (await caches.open(KEPT)).match(request, { ignoreVary: true });
    const age = Date.now() - new Date(kept?.headers.get("date") ?? 0).getTime();
    if (kept && (age < KEPT_FOR_MS || pathname.startsWith("/static/"))) return kept;
    throw error;
  }
}

/**
 * Whoever may not see it any more finds nothing of it here.
 * @param {Request} request
 * @param {Response} found
 */
async function renew(request, found) {
  const cache = await caches.open(KEPT);
  if (found.ok && !found.redirected) await cache.put(request, found);
  else await caches.delete(KEPT);
}
