/**
 * A page that goes on without a network: the service worker keeps it and what it loads, for an hour after the server was
 * last heard of (static/js/service_worker.js).
 */

const CACHE = "parvis-kept";
const KEPT_FOR_MS = 3600000;

/** @param {...string} more addresses that it will load later */
export async function keepForLater(...more) {
  if (!navigator.serviceWorker) return;
  const registration = await navigator.serviceWorker.register("/service-worker.js", { scope: "/" }).catch(() => null);
  if (!registration) return;
  await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType("resource").map((each) => each.name);
  const own = loaded.filter((address) => new URL(address).pathname.startsWith("/static/"));
  const cache = await caches.open(CACHE);
  // What cannot be fetched now is not there later either; the rest is.
  const wanted = new Set([location.href, `${location.origin}${location.pathname}/people`, ...own, ...more]);
  await Promise.allSettled([...wanted].map((address) => cache.add(address)));
}

/** Whoever signs out leaves nothing here. */
export async function forgetKept() {
  await globalThis.caches?.delete(CACHE);
}

/** Whoever has stopped coming leaves it for an hour. */
export async function forgetOld() {
  if (!(await globalThis.caches?.has(CACHE))) return;
  const cache = await caches.open(CACHE);
  const times = (await cache.matchAll()).map((each) => new Date(each.headers.get("date") ?? 0).getTime());
  if (Date.now() - Math.max(0, ...times) > KEPT_FOR_MS) await forgetKept();
}
