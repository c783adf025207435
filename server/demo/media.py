"""The tracks of a simulated person: a drawn picture at 15 frames a second, and tones that rise and fall like speech."""

import asyncio
import math
import time
from array import array
from fractions import Fraction
from functools import lru_cache

from aiortc import MediaStreamTrack
from av import AudioFrame, VideoFrame

from server.demo.picture import Portrait, loudness

FRAMES = 15
"""Pictures a second."""
VIDEO_CLOCK = 90_000
SOUND_RATE = 48_000
"""Samples a second, mono, signed 16 bits."""
CHUNK = 960
"""Samples of one frame of sound: 20 ms, as Opus takes them."""
LOOP_SECONDS = 4
VOLUME = 0.16
OVERTONES = ((1, 0.6), (2, 0.28), (3, 0.12))


class _Paced(MediaStreamTrack):
    """Gives a frame every `period` seconds, counted from the first, so that lateness does not add up."""

    period: float

    def __init__(self, portrait: Portrait) -> None:
        super().__init__()
        self._portrait = portrait
        self._began = 0.0
        self._count = -1

    async def _turn(self) -> int:
        """Wait for the next frame's moment; its number from 0."""
        self._began = self._began or time.monotonic()
        self._count += 1
        await asyncio.sleep(self._began + self._count * self.period - time.monotonic())
        return self._count


class Picture(_Paced):
    kind = "video"
    period = 1 / FRAMES

    async def recv(self) -> VideoFrame:
        number = await self._turn()
        frame = self._portrait.draw(number / FRAMES)
        frame.pts, frame.time_base = number * VIDEO_CLOCK // FRAMES, Fraction(1, VIDEO_CLOCK)
        return frame


class Voice(_Paced):
    kind = "audio"
    period = CHUNK / SOUND_RATE

    async def recv(self) -> AudioFrame:
        number = await self._turn()
        frame = AudioFrame(format="s16", layout="mono", samples=CHUNK)
        frame.planes[0].update(_chunk(number % (LOOP_SECONDS * SOUND_RATE // CHUNK), self._portrait.pitch))
        frame.pts, frame.sample_rate, frame.time_base = number * CHUNK, SOUND_RATE, Fraction(1, SOUND_RATE)
        return frame


@lru_cache(maxsize=2000)
def _chunk(number: int, pitch: int) -> bytes:
    """20 ms of the loop. `pitch` is in whole hertz, so that every tone closes its wave at the end of the loop."""
    samples = array("h")
    for index in range(number * CHUNK, (number + 1) * CHUNK):
        seconds = index / SOUND_RATE
        turn = math.tau * pitch * seconds
        wave = sum(share * math.sin(turn * overtone) for overtone, share in OVERTONES)
        samples.append(int(32_767 * VOLUME * loudness(seconds) * wave))
    return samples.tobytes()
