// The story that the official client tells with a server: what it hears, in order, as lines.
// node story.mjs ADDRESS TRANSPORTS, such as "polling,websocket"
import { io } from "socket.io-client";

const [address, transports] = process.argv.slice(2);
const options = { path: "/live", transports: transports.split(","), reconnection: false, forceNew: true };
const say = (...parts) => console.log(parts.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(" "));

/** @param {object} more */
const open = async (more = {}, address_ = address) => {
  const socket = io(address_, { ...options, ...more });
  await new Promise((resolve) => socket.once("connect", resolve));
  if (transports === "polling,websocket" && socket.io.engine.transport.name !== "websocket")
    await new Promise((resolve) => socket.io.engine.once("upgrade", resolve));
  return socket;
};

const one = await open();
const two = await open();
say("connected over", one.io.engine.transport.name, one.id !== two.id);
say("an answer", await one.emitWithAck("say", { text: "Grüße, 👩‍👩‍👧 \u2028 \\ \"" }));
say("no argument", await one.emitWithAck("say"));
say("large", (await one.emitWithAck("say", { text: "é".repeat(25_000) })).text.length);

const heard = [];
two.on("shouted", (payload) => heard.push(payload.text));
say("joined", await two.emitWithAck("join", { room: "a" }));
say("joined again", await two.emitWithAck("join", { room: "a" }));
const answers = await Promise.all([...Array(10).keys()].map((n) => one.emitWithAck("shout", { room: "a", text: n })));
await two.emitWithAck("say", {});
say("answers", answers.map((answer) => answer.text));
say("heard", heard);
one.emit("say", { text: "nobody waits for an answer" });
say("left", await two.emitWithAck("leave", { room: "a" }));
await one.emitWithAck("shout", { room: "a", text: "not heard" });
await two.emitWithAck("say", {});
say("heard", heard.length);

one.disconnect();
one.connect();
await new Promise((resolve) => one.once("connect", resolve));
say("again", await one.emitWithAck("say", { text: "here" }));

const reason = new Promise((resolve) => one.once("disconnect", resolve));
one.emit("send me away", {});
say("sent away:", await reason);

const refused = io(address, { ...options, extraHeaders: { Cookie: "who=refused" } });
say("refused:", (await new Promise((resolve) => refused.once("connect_error", resolve))).message);
refused.disconnect();
two.disconnect();
process.exit(0);
