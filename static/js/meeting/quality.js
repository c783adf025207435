/** How good the connection is, from what the browser measures. Thresholds: docs/adr/0007. */

/** @typedef {"good" | "weak" | "lost"} Judgement */

const WEAK_LOSS = 0.1;
const WEAK_ROUND_TRIP_S = 0.6;
const SILENT_AFTER_MS = 3000;

export class Quality {
  /**
   * @param {() => RTCPeerConnection | null} connection
   * @param {(quality: Judgement) => void} tell
   */
  constructor(connection, tell) {
    this.connection = connection;
    this.tell = tell;
    this.received = { packets: 0, lost: 0, bytes: 0 };
    this.lastBytesAt = 0;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
  }

  start() {
    this.lastBytesAt = performance.now();
    this.timer = setInterval(() => void this.look(), 1000);
  }

  stop() {
    clearInterval(this.timer);
  }

  async look() {
    const report = await this.connection()?.getStats();
    if (!report) return;
    const now = { packets: 0, lost: 0, bytes: 0 };
    let roundTrip = 0;
    for (const stat of report.values()) {
      if (stat.type === "inbound-rtp") {
        now.packets += stat.packetsReceived ?? 0;
        now.lost += stat.packetsLost ?? 0;
        now.bytes += stat.bytesReceived ?? 0;
      }
      if (stat.type === "candidate-pair" && stat.nominated) roundTrip = stat.currentRoundTripTime ?? 0;
    }
    this.tell(this.judge(now, roundTrip));
  }

  /**
   * @param {{packets: number, lost: number, bytes: number}} now
   * @param {number} roundTrip seconds
   * @returns {Judgement}
   */
  judge(now, roundTrip) {
    const before = this.received;
    this.received = now;
    if (now.bytes !== before.bytes) this.lastBytesAt = performance.now();
    if (performance.now() - this.lastBytesAt > SILENT_AFTER_MS) return "lost";
    const packets = now.packets - before.packets;
    const lost = Math.max(0, now.lost - before.lost);
    const loss = packets + lost > 0 ? lost / (packets + lost) : 0;
    return loss > WEAK_LOSS || roundTrip > WEAK_ROUND_TRIP_S ? "weak" : "good";
  }
}
