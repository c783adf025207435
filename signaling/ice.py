"""ICE servers for a meeting: STUN addresses as set, TURN with credentials for a short time.

The credentials follow the TURN REST API (draft-uberti-behave-turn-rest-00), which coturn's use-auth-secret checks.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

CREDENTIAL_LIFE = timedelta(hours=2)


@dataclass(frozen=True)
class IceServers:
    stun_urls: tuple[str, ...] = ()
    turn_urls: tuple[str, ...] = ()
    secret: str = ""

    def of(self, name: str, now: datetime) -> list[dict[str, object]]:
        """RTCIceServer dictionaries (W3C WebRTC 4.2.2) for one person."""
        servers: list[dict[str, object]] = []
        if self.stun_urls:
            servers.append({"urls": list(self.stun_urls)})
        if self.turn_urls:
            username = f"{int((now + CREDENTIAL_LIFE).timestamp())}:{name}"
            digest = hmac.new(self.secret.encode(), username.encode(), hashlib.sha1).digest()
            credential = base64.b64encode(digest).decode()
            servers.append({"urls": list(self.turn_urls), "username": username, "credential": credential})
        return servers
