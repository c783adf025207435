"""How two people meet: by video, by sound, in writing, by phone."""

from enum import StrEnum


class Mode(StrEnum):
    VIDEO = "video"
    AUDIO = "audio"
    CHAT = "chat"
    PHONE = "phone"
