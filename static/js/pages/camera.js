import { Devices } from "../meeting/devices.js";
import { DeviceCheck } from "../parts/device_check.js";
import { open } from "./page.js";

open(() => {
  const element = /** @type {HTMLElement} */ (document.querySelector("[data-part=devices]"));
  return [new DeviceCheck(element, new Devices(navigator.mediaDevices), () => undefined)];
});
