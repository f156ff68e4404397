# The build's own asyncio over our event loop, with what it lacks of the device's.
import asyncio
from asyncio import Event


class ThreadSafeFlag:
    def __init__(self):
        self._event = Event()

    def set(self):
        self._event.set()

    def clear(self):
        self._event.clear()

    async def wait(self):
        await self._event.wait()
        self._event.clear()


asyncio.ThreadSafeFlag = ThreadSafeFlag
