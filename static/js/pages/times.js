import { Times } from "../parts/times.js";
import { open } from "./page.js";

const element = /** @type {HTMLElement} */ (document.querySelector("[data-part=times]"));

open(() => [new Times(element, (path) => location.assign(path))]);
