/**
 * Runs in the pages of both contestants before their own code: sees the transport, and times click to picture.
 *
 * Both times are taken here, in the page that the person looks at, so that the driver's own delays do not count.
 */

(() => {
  const LATER_MS = 500;
  const [WIDTH, HEIGHT] = [64, 36];
  const Original = globalThis.RTCPeerConnection;
  /** @type {RTCPeerConnection[]} */
  const made = [];
  globalThis.RTCPeerConnection = class extends Original {
    /** @param {RTCConfiguration} [configuration] */
    constructor(configuration) {
      super(configuration);
      made.push(this);
    }
  };

  /** @param {HTMLVideoElement} video */
  function grey(video) {
    const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
    const context = canvas.getContext("2d");
    context.drawImage(video, 0, 0, WIDTH, HEIGHT);
    const { data } = context.getImageData(0, 0, WIDTH, HEIGHT);
    return Array.from({ length: WIDTH * HEIGHT }, (_, at) => (data[4 * at] + data[4 * at + 1] + data[4 * at + 2]) / 3);
  }

  /** @param {HTMLVideoElement} video */
  const nextFrame = (video) => new Promise((seen) => video.requestVideoFrameCallback(() => seen(performance.now())));

  /**
   * The moment of the first frame that can be drawn: on a busy machine one is announced before it can be.
   * @param {HTMLVideoElement} video
   */
  async function firstPicture(video) {
    for (;;) {
      const shownAt = await nextFrame(video);
      const picture = grey(video);
      if (Math.max(...picture) > 0) return { shownAt, picture };
    }
  }

  /**
   * How long it took, and whether what came is a picture that moves.
   * @param {HTMLVideoElement} video
   * @param {{at: number | null}} clicked
   */
  async function look(video, clicked) {
    const { shownAt, picture: first } = await firstPicture(video);
    await new Promise((later) => setTimeout(later, LATER_MS));
    await nextFrame(video);
    const second = grey(video);
    return {
      ms: clicked.at === null ? null : shownAt - clicked.at,
      brightness: first.reduce((sum, value) => sum + value, 0) / first.length,
      contrast: Math.max(...first) - Math.min(...first),
      change: Math.max(...first.map((value, at) => Math.abs(value - second[at]))),
    };
  }

  globalThis.watch = {
    isConnected: () => made.some((connection) => connection.connectionState === "connected"),
    arm(button, video) {
      const clicked = { at: null };
      const note = () => (clicked.at = performance.now());
      document.querySelector(button).addEventListener("click", note, { capture: true, once: true });
      globalThis.watch.seen = look(document.querySelector(video), clicked);
    },
  };
})();
