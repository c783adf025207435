/** What every page does: learns its words, opens the live connection, rings, tells one's places. */

import { Connection } from "../live/connection.js";
import { learn } from "../live/words.js";
import { AppointmentDoor } from "../parts/appointment_door.js";
import { Announcements } from "../parts/announcements.js";
import { Announcer } from "../parts/announcer.js";
import { ConfirmDialog } from "../parts/confirm_dialog.js";
import { ConnectionPill } from "../parts/connection_pill.js";
import { FairState } from "../parts/fair_state.js";
import { AdmittedNotice } from "../parts/hall.js";
import { forgetOld } from "../parts/kept_page.js";
import { MeetingDoor } from "../parts/meeting_door.js";
import { Menus } from "../parts/menus.js";
import { MyPlaces } from "../parts/my_places.js";
import { OfflineForms } from "../parts/offline_forms.js";
import { FormDrafts } from "../parts/form_drafts.js";
import { notices } from "../parts/notices.js";
import { RingSound, RingSoundChoice } from "../parts/ring_sound.js";
import { RingingDialog } from "../parts/ringing.js";
import { FRAME } from "../cobrowsing/frame.js";
import { io } from "../../vendor/socket.io.js";

/** @typedef {{start: () => void, stop: () => void}} Part */

/**
 * Open the page: the parts given are started beside those of every page.
 * @param {(connection: Connection, announcer: Announcer, door: MeetingDoor) => Part[]} build
 */
export function open(build) {
  learn(document);
  const isShown = globalThis.parent !== globalThis.window && globalThis.window.name === FRAME;
  // A page that is shown inside a meeting is no place for the meeting itself.
  if (isShown && document.querySelector("[data-part=meeting]")) return location.replace("/appointments");
  document.documentElement.classList.toggle("is-shown", isShown);
  // So that the server can name times as this device reads them.
  document.cookie = `parvis_zone=${encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone)}; path=/; max-age=31536000; samesite=lax`;
  const connection = connect();
  const announcer = new Announcer(document);
  const banner = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=meeting-door]"));
  const door = new MeetingDoor(banner, connection, sessionStorage, (path) => location.assign(path));
  const dialog = /** @type {HTMLDialogElement} */ (document.querySelector("dialog.ringing"));
  const parts = [
    ...ofEveryPage(connection),
    ...(isShown ? [] : ofOneself(connection, announcer, door, dialog)),
    ...build(connection, announcer, door),
  ];
  for (const part of parts) part.start();
  if (isShown) void show(parts);
  connection.start();
  connection.socket.connect();
  resume(connection, dialog);
  void forgetOld();
  globalThis.addEventListener("pagehide", () => {
    for (const part of parts) part.stop();
    connection.stop();
  });
  globalThis.addEventListener("pageshow", (event) => event.persisted && location.reload());
}

const POLLS = "live:polls";
const POLLING_FIRST = ["polling", "websocket"];
const WEBSOCKET_FIRST = ["websocket", "polling"];
const OPENS_WITHIN_MS = 6000;

/**
 * A proxy may refuse a WebSocket, or swallow it without a word: each try begins the other way, and the one that led here
 * is where the next page begins.
 * @param {import("socket.io-client").Socket} socket
 */
function fallBack(socket) {
  const remember = (/** @type {string} */ transport) =>
    transport === "polling" ? sessionStorage.setItem(POLLS, "1") : sessionStorage.removeItem(POLLS);
  socket.on("connect_error", () => {
    socket.io.opts.transports = socket.io.opts.transports === POLLING_FIRST ? WEBSOCKET_FIRST : POLLING_FIRST;
  });
  socket.on("connect", () => {
    remember(socket.io.engine.transport.name);
    socket.io.engine.once("upgrade", () => remember("websocket"));
  });
}

/** The live connection, which follows from exactly what was rendered; it is not open yet. */
function connect() {
  const socket = io({
    path: "/live",
    transports: sessionStorage.getItem(POLLS) ? POLLING_FIRST : WEBSOCKET_FIRST,
    tryAllTransports: true,
    timeout: OPENS_WITHIN_MS,
    reconnectionDelay: 300,
    reconnectionDelayMax: 5000,
    randomizationFactor: 1,
    autoConnect: false,
  });
  fallBack(socket);
  const connection = new Connection(socket, JSON.parse(document.body.dataset.heads ?? "[]"));
  // A page that is shared does not say when it is read; the first answer of the server does, and tells the states anew.
  const { now } = document.body.dataset;
  if (now) connection.offset = new Date(now).getTime() - Date.now();
  else connection.wasConnected = true;
  connection.onSnapshot = () => location.reload();
  return connection;
}

/**
 * @param {Connection} connection
 * @returns {Part[]}
 */
function ofEveryPage(connection) {
  const confirmDialog = /** @type {HTMLDialogElement} */ (document.querySelector("dialog[data-part=confirm-dialog]"));
  const fairState = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=fair-state]"));
  const pill = /** @type {HTMLElement | null} */ (document.querySelector("[data-connection]"));
  return [
    new OfflineForms(document, connection),
    new Menus(document),
    new FormDrafts(document, sessionStorage),
    new ConfirmDialog(document, confirmDialog),
    ...(fairState ? [new FairState(fairState, connection)] : []),
    ...(pill ? [new ConnectionPill(pill, connection)] : []),
  ];
}

/**
 * What concerns the person; a page that is shown to another one in a meeting leaves it to the page around it.
 * @param {Connection} connection
 * @param {Announcer} announcer
 * @param {MeetingDoor} door
 * @param {HTMLDialogElement} dialog
 * @returns {Part[]}
 */
function ofOneself(connection, announcer, door, dialog) {
  const waiting = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=appointment-door]"));
  const choice = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=ring-sound]"));
  const sound = new RingSound(document, localStorage);
  const admitted = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=admitted]"));
  return [
    ...(admitted ? [new AdmittedNotice(admitted, connection, announcer)] : []),
    ...notices(document, connection, announcer),
    new MyPlaces(document, connection, announcer),
    door,
    sound,
    ...(choice ? [new RingSoundChoice(choice, sound)] : []),
    new RingingDialog(dialog, connection, announcer, door, sound),
    new Announcements(document, connection, announcer),
    ...(waiting ? [new AppointmentDoor(waiting, connection, announcer)] : []),
  ];
}

/**
 * Tell the meeting around this page what there is to see.
 * @param {Part[]} parts
 */
async function show(parts) {
  const { Recorder } = await import("../cobrowsing/recorder.js");
  const recorder = new Recorder(globalThis.window);
  recorder.start();
  parts.push(recorder);
}

/**
 * A call that rang before this page was opened still rings.
 * @param {Connection} connection
 * @param {HTMLDialogElement} dialog
 */
function resume(connection, dialog) {
  const ringing = dialog.dataset.ringing;
  if (ringing) connection.deliver("call:rang", { ringing: JSON.parse(ringing) });
}
