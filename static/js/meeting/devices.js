/** Camera and microphone: what the person lets us use, and what keeps us from it. Everything started is stopped. */

/**
 * What keeps us from both, or from one while the other works.
 * @typedef {"denied" | "camera-denied" | "microphone-denied" | "no-camera" | "no-microphone" | "no-devices" | "busy" | "microphone-busy" | "none"} Trouble
 */
/** @typedef {{camera: string, microphone: string}} Choice device ids, empty for the browser's own choice */

export class Devices {
  /** @param {MediaDevices | undefined} media absent on an insecure page */
  constructor(media) {
    this.media = media;
    /** @type {MediaStreamTrack | null} */
    this.audio = null;
    /** @type {MediaStreamTrack | null} */
    this.video = null;
  }

  /**
   * Ask for both; if one is missing, take the other alone.
   * @param {Choice} choice
   * @param {{video: boolean}} wanted
   * @returns {Promise<Trouble>}
   */
  async open(choice, wanted) {
    this.close();
    if (!this.media) return "denied";
    const audio = this.constraint(choice.microphone, { echoCancellation: true, noiseSuppression: true });
    const video = this.constraint(choice.camera, { width: { ideal: 1280 }, height: { ideal: 720 } });
    try {
      this.take(await this.media.getUserMedia(wanted.video ? { audio, video } : { audio }));
      return "none";
    } catch (error) {
      if (!wanted.video) return MICROPHONE[reasonOf(error)];
      return this.openAlone(audio, video, reasonOf(error));
    }
  }

  /**
   * @param {MediaTrackConstraints} audio
   * @param {MediaTrackConstraints} video
   * @param {Reason} reason why not both
   * @returns {Promise<Trouble>}
   */
  async openAlone(audio, video, reason) {
    const media = /** @type {MediaDevices} */ (this.media);
    /** @type {Reason} */
    let silent;
    try {
      this.take(await media.getUserMedia({ audio }));
      return CAMERA[reason];
    } catch (error) {
      silent = reasonOf(error);
    }
    try {
      this.take(await media.getUserMedia({ video }));
      return MICROPHONE[silent];
    } catch (error) {
      const blind = reasonOf(error);
      if (silent === "missing" && blind === "missing") return "no-devices";
      return silent === "denied" && blind === "denied" ? "denied" : MICROPHONE[silent];
    }
  }

  /**
   * @param {string} device
   * @param {MediaTrackConstraints} wishes
   * @returns {MediaTrackConstraints}
   */
  constraint(device, wishes) {
    return device ? { ...wishes, deviceId: { exact: device } } : wishes;
  }

  /** @param {MediaStream} stream */
  take(stream) {
    const [audio, video] = [stream.getAudioTracks()[0], stream.getVideoTracks()[0]];
    if (audio) this.audio?.stop();
    if (video) this.video?.stop();
    this.audio = audio ?? this.audio;
    this.video = video ?? this.video;
  }

  closeVideo() {
    this.video?.stop();
    this.video = null;
  }

  close() {
    this.audio?.stop();
    this.audio = null;
    this.closeVideo();
  }

  /** @param {"audioinput" | "videoinput"} kind */
  async list(kind) {
    const found = (await this.media?.enumerateDevices()) ?? [];
    return found.filter((device) => device.kind === kind && device.deviceId);
  }
}

/** @typedef {"denied" | "busy" | "missing"} Reason */

/** @type {Record<Reason, Trouble>} */
const CAMERA = { denied: "camera-denied", busy: "busy", missing: "no-camera" };
/** @type {Record<Reason, Trouble>} */
const MICROPHONE = { denied: "microphone-denied", busy: "microphone-busy", missing: "no-microphone" };

/**
 * @param {unknown} error
 * @returns {Reason}
 */
function reasonOf(error) {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "missing";
}

/** How loud a microphone hears, 0 to 1, several times a second. */
export class Level {
  /**
   * @param {MediaStreamTrack} track
   * @param {(level: number) => void} tell
   */
  constructor(track, tell) {
    this.track = track;
    this.tell = tell;
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
  }

  start() {
    this.context = new AudioContext();
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 512;
    this.context.createMediaStreamSource(new MediaStream([this.track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      this.tell(Math.min(1, Math.sqrt(power) * 4));
    }, 100);
  }

  stop() {
    clearInterval(this.timer);
    void this.context?.close();
    this.context = null;
  }
}
