// socket.io as it comes, with the least that relaying and fanning out need. node node.mjs PORT
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, { path: "/live/", transports: ["websocket"], pingInterval: 20000, pingTimeout: 15000 });
/** @type {Map<string, {generation: number, peers: Set<import("socket.io").Socket>}>} */
const pairs = new Map();

io.on("connection", (socket) => {
  socket.on("enter", ({ channel_id }, answer) => {
    const pair = pairs.get(channel_id) ?? { generation: 2, peers: new Set() };
    pairs.set(channel_id, pair);
    pair.peers.add(socket);
    socket.data.channel = channel_id;
    answer({ ok: true, channel_id, generation: pair.generation });
  });
  socket.on("meeting:signal", (signal) => {
    if (signal.channel_id !== socket.data.channel) return;
    const pair = pairs.get(signal.channel_id);
    if (!pair || signal.generation !== pair.generation) return;
    for (const peer of pair.peers) if (peer !== socket) peer.emit("meeting:signal", signal);
  });
  socket.on("join", ({ room }, answer) => {
    socket.join(room);
    answer({ ok: true });
  });
  socket.on("say", ({ room, payload }) => io.to(room).emit("chat:sent", payload));
});
http.listen(Number(process.argv[2]), "127.0.0.1", 4096);
