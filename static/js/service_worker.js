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
  const isDoor = DOOR.test(pathname);
  try {
    const found = await fetch(request);
    // A server that restarts, or is asked too often, answers for nobody: what is kept is better.
    if (!isDoor || found.status < 429) {
      if (isDoor) await renew(request, found.clone());
      return found;
    }
    return (await kept(request, pathname)) ?? found;
  } catch (error) {
    const found = await kept(request, pathname);
    if (found) return found;
    throw error;
  }
}

/**
 * What was kept, for an hour after the server was last heard of.
 * @param {Request} request
 * @param {string} pathname
 */
async function kept(request, pathname) {
  if (!(await caches.has(KEPT))) return undefined;
  const cache = await caches.open(KEPT);
  const found = await cache.match(request, { ignoreVary: true });
  if (pathname.startsWith("/static/")) return found;
  const heard = await cache.match(pathname.replace(/(\/people)?$/, "/people"), { ignoreVary: true });
  if (Date.now() - new Date(heard?.headers.get("date") ?? 0).getTime() < KEPT_FOR_MS) return found;
  await caches.delete(KEPT);
  return undefined;
}

/**
 * Whoever may not see it any more finds nothing of it here; and nothing is put back that was thrown away meanwhile.
 * @param {Request} request
 * @param {Response} found
 */
async function renew(request, found) {
  if (!(await caches.has(KEPT))) return;
  if (found.ok && !found.redirected && found.type !== "opaqueredirect") await (await caches.open(KEPT)).put(request, found);
  else await caches.delete(KEPT);
}
