"""Socket.IO over one process's own connections: built for thousands that mostly listen (docs/adr/0033).

Promises: what one connection sends is handled in its order; what a room is told is encoded once; nobody waits for a
slow reader; whatever a stranger sends is bounded before it is kept, and whoever breaks the protocol is cut off alone.

packets.py reads and writes packets, frames.py WebSocket frames (RFC 6455), sockets.py is one connection with what waits
for it, engine.py opens, upgrades and ends connections (Engine.IO, revision 4), server.py knows who is connected and in
which rooms (Socket.IO, revision 5). https://socket.io/docs/v4/engine-io-protocol/ and /socket-io-protocol/.
"""
