/**
 * A call as PeerJS's own documentation writes it, warm: the camera is open and the server is connected before the click.
 *
 * The camera's wishes are those of static/js/meeting/devices.js, so that both contestants send the same picture.
 */

const asked = new URLSearchParams(location.search);
const show = (id, stream) => (document.getElementById(id).srcObject = stream);

const stream = await navigator.mediaDevices.getUserMedia({
  audio: { echoCancellation: true, noiseSuppression: true },
  video: { width: { ideal: 1280 }, height: { ideal: 720 } },
});
show("self", stream);

// No STUN or TURN server, as in the house this is measured against: the path is the loopback for both.
const peer = new globalThis.Peer(asked.get("me"), {
  host: location.hostname,
  port: Number(asked.get("port")),
  path: "/",
  config: { iceServers: [] },
});
peer.on("open", () => (document.body.dataset.state = "open"));
peer.on("call", (call) => {
  call.answer(stream);
  call.on("stream", (other) => show("remote", other));
});
document.getElementById("call").addEventListener("click", () => {
  const call = peer.call(asked.get("other"), stream);
  call.on("stream", (other) => show("remote", other));
});
