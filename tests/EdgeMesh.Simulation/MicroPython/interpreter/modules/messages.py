# Stands for edgemesh/mqtt.py: its client, of messages that come and go whole.
from errno import ECONNABORTED
import uctypes
from host import NOTHING, ask, calls, flags, shared, unlock

_PACKETS = 16


class Client:
    def __init__(self, buffer_bytes, on_message, on_oversize):
        self._buffer = memoryview(bytearray(buffer_bytes))
        self._on_message = on_message
        self.closed = True
        self.open = False
        self._waited = False

    def dial(self, host, port, client_id, user, password, will, keepalive_s, now_ms, tls=None):
        unlock()
        ask(calls.connect(client_id, will[0], will[1]))
        self.closed = False

    def close(self):
        unlock()
        self.closed = True
        self.open = False
        ask(calls.close())

    def subscribe(self, topics):
        unlock()
        ask(calls.subscribe('\n'.join(topics)))

    def wait(self, ms):
        unlock()
        self._waited = True
        ask(calls.wait(ms, flags()))

    def poll(self, now_ms):
        unlock()
        if self.closed:
            return
        self.open = True
        if not shared[1] and not self._waited:
            ask(calls.busy())
        self._waited = False
        if not shared[2]:
            raise OSError(ECONNABORTED)
        for _ in range(_PACKETS):
            unlock()
            if not self.open or not shared[1]:
                return
            count = calls.receive(uctypes.addressof(self._buffer), len(self._buffer))
            # Made before the memory may be short: a text that the bridge finds no room for breaks the bridge.
            topic = calls.topic()
            if ask(count) >= 0:
                self._on_message(topic, self._buffer[:count])

    def publish(self, topic, payload, qos=0, retain=False):
        unlock()
        if not self.open:
            return False
        ask(calls.publish(topic, uctypes.addressof(payload), len(payload), qos, int(retain)))
        return True
