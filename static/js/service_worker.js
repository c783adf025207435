/** Rings a locked phone: shows what was pushed, and a touch opens its page. */

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
