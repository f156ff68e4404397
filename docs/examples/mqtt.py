"""As much of MQTT 3.1.1 as a device needs: one connection, clean session, quality 0 and 1, a will, keep-alive. Nothing else."""
import select
import socket
import ssl
import struct
import time

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, PINGRESP, DISCONNECT = 1, 2, 3, 4, 8, 9, 12, 13, 14
LARGEST_PACKET = 64 * 1024
KEEP_ALIVE_S = 30


def _text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return struct.pack(">H", len(data)) + data


class Client:
    def __init__(self, host, port, client_id, user, password, will, ca=None, timeout_s=10):
        """will is (topic, payload): retained, quality 1. ca is PEM; with it the connection is TLS, and that authority alone is trusted."""
        self._socket = socket.create_connection((host, port), timeout_s)
        if ca:
            self._socket = ssl.create_default_context(cadata=ca).wrap_socket(self._socket, server_hostname=host)
        self._buffer = b""
        self._packet_id = 0
        self._sent_s = time.monotonic()
        # Flags: user, password, will retained, will of quality 1, will, clean session.
        flags = (0x80 | 0x40 if user else 0) | 0x20 | 0x08 | 0x04 | 0x02
        body = _text("MQTT") + bytes([4, flags]) + struct.pack(">H", KEEP_ALIVE_S) + _text(client_id) + _text(will[0]) + _text(will[1])
        self._send(CONNECT << 4, body + (_text(user) + _text(password) if user else b""))
        answer = self._packet(timeout_s)
        if answer is None or answer[0] >> 4 != CONNACK or answer[1][1] != 0:
            raise OSError("the broker refuses the connection: %r" % (answer,))

    def publish(self, topic, payload, quality=1, retain=False):
        """Sends; the acknowledgement of quality 1 is not waited for: what is lost with a connection is said again after the next one."""
        body = _text(topic) + (self._next_id() if quality else b"") + payload
        self._send(PUBLISH << 4 | quality << 1 | retain, body)

    def subscribe(self, *filters):
        self._send(SUBSCRIBE << 4 | 2, self._next_id() + b"".join(_text(f) + b"\x01" for f in filters))

    def receive(self, wait_s):
        """The next message as (topic, payload, retained), or None after at most wait_s."""
        if time.monotonic() - self._sent_s > KEEP_ALIVE_S / 2:
            self._send(PINGREQ << 4, b"")
        packet = self._packet(wait_s)
        if packet is None:
            return None
        first, body = packet
        if first >> 4 == SUBACK and 0x80 in body[2:]:
            raise OSError("the broker refuses a subscription")
        if first >> 4 != PUBLISH:
            return None
        length = struct.unpack_from(">H", body)[0]
        topic, rest = body[2:2 + length].decode(), body[2 + length:]
        if first >> 1 & 3:
            self._send(PUBACK << 4, rest[:2])
            rest = rest[2:]
        return topic, rest, bool(first & 1)

    def close(self):
        """Without a DISCONNECT: the broker then publishes the will."""
        self._socket.close()

    def _next_id(self):
        self._packet_id = self._packet_id % 65535 + 1
        return struct.pack(">H", self._packet_id)

    def _send(self, first, body):
        length, digits = len(body), b""
        while True:
            length, digit = length >> 7, length & 127
            digits += bytes([digit | (128 if length else 0)])
            if not length:
                break
        self._socket.sendall(bytes([first]) + digits + body)
        self._sent_s = time.monotonic()

    def _packet(self, wait_s):
        """The next packet as (first byte, body); None where none is whole after wait_s."""
        until = time.monotonic() + wait_s
        while True:
            packet = self._cut()
            if packet:
                return packet
            left = max(0, until - time.monotonic())
            pending = isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()
            if not pending and not select.select([self._socket], [], [], left)[0]:
                return None
            data = self._socket.recv(4096)
            if not data:
                raise OSError("the broker has closed the connection")
            self._buffer += data

    def _cut(self):
        length = shift = 0
        for i in range(1, min(5, len(self._buffer))):
            length |= (self._buffer[i] & 127) << shift
            shift += 7
            if self._buffer[i] < 128:
                end = i + 1 + length
                if end > LARGEST_PACKET:
                    raise OSError("the broker sends a packet of %d bytes" % end)
                if len(self._buffer) < end:
                    return None
                packet = self._buffer[0], self._buffer[i + 1:end]
                self._buffer = self._buffer[end:]
                return packet
        return None
