import { Door } from "../parts/door.js";
import { DoorLog } from "../parts/door_log.js";
import { keepForLater } from "../parts/kept_page.js";
import { open } from "./page.js";

const element = /** @type {HTMLElement} */ (document.querySelector("[data-part=door]"));
const { path = "", token = "", wasm = "" } = element.dataset;

open((connection) => {
  const log = new DoorLog(localStorage, path, token, document.body.dataset.me ?? "");
  const door = new Door(element, log, localStorage, () => connection.now());
  // Without a network the camera reads as well.
  void door.reader
    .prepare()
    .catch(() => {})
    .then(() => keepForLater(wasm));
  return [door];
});
