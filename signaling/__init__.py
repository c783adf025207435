"""How it happens live: the Socket.IO hub, one handler module per area, and the WebRTC relay."""
