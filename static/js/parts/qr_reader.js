/** Reads QR codes from a camera: by the browser's own reader where it has one (Shape Detection API), else by ZXing's. */

const LOOKS_EVERY_MS = 150;

/** @typedef {{detect: (picture: HTMLVideoElement) => Promise<{rawValue: string}[]>}} Detector */

export class QrReader {
  /**
   * @param {HTMLVideoElement} video
   * @param {string} wasm the address of ZXing's compiled code
   * @param {(text: string) => void} found
   */
  constructor(video, wasm, found) {
    this.video = video;
    this.wasm = wasm;
    this.found = found;
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {Detector | null} */
    this.detector = null;
  }

  get isOn() {
    return this.stream !== null;
  }

  /** Throws what getUserMedia throws. */
  async start() {
    await this.prepare();
    this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    this.video.srcObject = this.stream;
    this.video.hidden = false;
    await this.video.play();
    void this.look();
  }

  /** What reads is loaded while there is a network. */
  async prepare() {
    this.detector ??= await detector(this.wasm);
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
    this.video.hidden = true;
  }

  async look() {
    while (this.stream && this.detector) {
      // A picture that is not there yet is no fault.
      const codes = await this.detector.detect(this.video).catch(() => []);
      for (const code of codes) if (this.stream) this.found(code.rawValue);
      await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MS));
    }
  }
}

/**
 * @param {string} wasm
 * @returns {Promise<Detector>}
 */
async function detector(wasm) {
  const own = /** @type {any} */ (globalThis).BarcodeDetector;
  const formats = (await own?.getSupportedFormats?.().catch(() => [])) ?? [];
  if (formats.includes("qr_code")) return new own({ formats: ["qr_code"] });
  const zxing = await import("../../vendor/barcode-detector.js");
  zxing.prepareZXingModule({ overrides: { locateFile: () => wasm } });
  return new zxing.BarcodeDetector({ formats: ["qr_code"] });
}
