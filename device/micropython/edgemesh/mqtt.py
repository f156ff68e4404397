# A small MQTT 3.1.1 client that never blocks: poll() does what can be done now.
#
# Quality of service 0 and 1, will, keep-alive, clean sessions. Packets are read into one buffer that is used again; half a packet
# waits there for the next poll; of one larger than the buffer only the start is kept, and the rest is read past. Nothing is sent a
# second time: within a connection TCP repeats, and in the next one the session's keys, and so every message, are others.
# Any failure of the connection is an OSError out of poll().
from errno import EACCES, EAGAIN, ECONNABORTED, ECONNREFUSED, EINPROGRESS, ETIMEDOUT
from micropython import const
from select import POLLERR, POLLHUP, POLLIN, POLLOUT, poll
from socket import SOCK_STREAM, getaddrinfo, socket

_PATIENCE_MS = const(15000)
_PENDING_BYTES = const(8192)
_KEPT_BYTES = const(512)
_PACKETS = const(16)
_CLOSED = const(0)
_DIALLING = const(1)
_GREETING = const(2)
_OPEN = const(3)


class Client:
    # on_message(topic, payload) gets a view into the buffer; on_oversize(topic, bytes) what was too large for it.
    def __init__(self, buffer_bytes, on_message, on_oversize):
        self._buffer = memoryview(bytearray(buffer_bytes))
        self._on_message = on_message
        self._on_oversize = on_oversize
        self._socket = None
        self._phase = _CLOSED
        self._pending = b''

    @property
    def closed(self):
        return self._phase == _CLOSED

    @property
    def open(self):
        return self._phase == _OPEN

    # tls: the context to speak TLS with; None for plain.
    def dial(self, host, port, client_id, user, password, will, keepalive_s, now_ms, tls=None):
        self._tls, self._host = tls, host
        self._hello = _connect_packet(client_id, user, password, will, keepalive_s)
        self._keepalive_ms = keepalive_s * 1000
        self._broken = None
        self._packet_id = 0
        self._length = -1
        self._pending = b''
        self._heard_ms = self._asked_ms = now_ms
        self._pinged = False
        address = getaddrinfo(host, port, 0, SOCK_STREAM)[0][-1]
        self._socket = socket()
        self._phase = _DIALLING
        self._socket.setblocking(False)
        try:
            self._socket.connect(address)
        except OSError as e:
            if e.errno != EINPROGRESS:
                raise
        self._poller = poll()
        self._poller.register(self._socket, POLLOUT)

    def close(self):
        if self._socket:
            self._socket.close()
        self._socket = self._poller = None
        self._phase = _CLOSED
        self._pending = b''

    # Waits until something can be read, or sent that waits, or the time is up; says what.
    def wait(self, ms):
        if self._phase != _DIALLING:
            self._poller.modify(self._socket, POLLIN | POLLOUT if self._pending else POLLIN)
        return self._poller.poll(ms)

    def poll(self, now_ms):
        if self._phase == _CLOSED:
            return
        self._now_ms = now_ms
        if self._phase == _DIALLING:
            self._finish_dialling()
        else:
            self._write_pending()
            for _ in range(_PACKETS):
                if not self._read_packet():
                    break
        self._keep_alive()
        if self._broken:
            raise self._broken

    # Whether the packet is sent or will be. Where much waits already, or quality 0 would have to, it is not.
    def publish(self, topic, payload, qos=0, retain=False):
        if self._phase != _OPEN:
            return False
        head = _text(topic)
        if qos:
            head += self._next_id()
        return self._send(_packet(0x30 | qos << 1 | retain, head, payload), qos == 0)

    def subscribe(self, topics):
        body = self._next_id()
        for topic in topics:
            body += _text(topic) + b'\1'
        self._send(_packet(0x82, body))

    def _next_id(self):
        self._packet_id = self._packet_id % 65535 + 1
        return self._packet_id.to_bytes(2, 'big')

    def _finish_dialling(self):
        ready = self._poller.poll(0)
        if ready:
            if ready[0][1] & (POLLERR | POLLHUP):
                raise OSError(ECONNREFUSED)
            if self._tls:
                # The handshake goes on in the reads and writes to come, so that a broker that stalls it holds up nothing.
                self._socket = self._tls.wrap_socket(self._socket, server_hostname=self._host, do_handshake_on_connect=False)
                self._poller = poll()
                self._poller.register(self._socket, POLLOUT)
            self._phase = _GREETING
            self._send(self._hello)
            self._hello = None

    def _keep_alive(self):
        now_ms = self._now_ms
        if self._phase != _OPEN:
            if now_ms - self._asked_ms > _PATIENCE_MS:
                raise OSError(ETIMEDOUT)
        elif self._pinged:
            if now_ms - self._asked_ms > _PATIENCE_MS and now_ms - self._heard_ms > _PATIENCE_MS:
                raise OSError(ETIMEDOUT)
        elif now_ms - self._asked_ms > self._keepalive_ms // 2:
            self._asked_ms = now_ms
            self._pinged = True
            self._send(b'\xc0\0')

    def _send(self, packet, may_drop=False):
        if self._pending:
            if may_drop or len(self._pending) + len(packet) > _PENDING_BYTES:
                return False
            self._pending += packet
            return True
        sent = self._write(packet)
        if sent < len(packet):
            self._pending = packet[sent:]
            self._offered = len(self._pending)
        return True

    # First exactly what a write did not take the last time: TLS has it encrypted already, and counts it once it is out.
    def _write_pending(self):
        while self._pending:
            sent = self._write(self._pending[:self._offered])
            if not sent:
                break
            self._pending = self._pending[sent:]
            self._offered = self._offered - sent or len(self._pending)

    # A failure is kept for poll(), so that whoever publishes need not know of sockets.
    def _write(self, data):
        try:
            sent = self._socket.write(data) or 0
        except OSError as e:
            if e.errno != EAGAIN:
                self._broken = e
            return 0
        return sent

    # How many bytes came into the view; 0 where none are there now.
    def _read_into(self, view):
        try:
            count = self._socket.readinto(view)
        except OSError as e:
            if e.errno != EAGAIN:
                raise
            count = None
        if count == 0 and len(view):
            raise OSError(ECONNABORTED)
        return count or 0

    # Whether a whole packet was read and handled.
    def _read_packet(self):
        if self._length < 0 and not self._read_header():
            return False
        while self._at < self._kept:
            count = self._read_into(self._buffer[self._at:self._kept])
            if not count:
                return False
            self._at += count
        while self._skip:
            count = self._read_into(self._buffer[_KEPT_BYTES:min(len(self._buffer), _KEPT_BYTES + self._skip)])
            if not count:
                return False
            self._skip -= count
        length, self._length = self._length, -1
        self._header_at = 0
        self._heard_ms = self._now_ms
        self._pinged = False
        self._handle(self._first, length)
        return True

    def _read_header(self):
        buffer = self._buffer
        if self._length == -1:
            if not self._read_into(buffer[:1]):
                return False
            self._first = buffer[0]
            self._length = -2
            self._value = self._shift = 0
        while True:
            if not self._read_into(buffer[:1]):
                return False
            self._value |= (buffer[0] & 0x7F) << self._shift
            self._shift += 7
            if buffer[0] < 0x80:
                break
            if self._shift > 21:
                raise OSError(ECONNABORTED)
        self._length = self._value
        self._kept = self._length if self._length <= len(buffer) else _KEPT_BYTES
        self._skip = self._length - self._kept
        self._at = 0
        return True

    def _handle(self, first, length):
        kind = first >> 4
        if kind == 3:
            self._take_publish(first, length)
        elif kind == 2:
            if length != 2 or self._buffer[1] or self._phase != _GREETING:
                raise OSError(ECONNREFUSED, 'the broker refuses the account; is this device enabled, and the key its own?')
            self._phase = _OPEN
        elif kind == 9:
            if 0x80 in bytes(self._buffer[2:length]):
                raise OSError(EACCES, 'the broker refuses a subscription; its access rules lack this device')
        elif kind not in (4, 11, 13):
            raise OSError(ECONNABORTED)

    def _take_publish(self, first, length):
        buffer = self._buffer
        start = 2 + (buffer[0] << 8 | buffer[1])
        qos = first >> 1 & 3
        end = start + (2 if qos else 0)
        if end > self._kept or qos > 1 or self._phase != _OPEN:
            raise OSError(ECONNABORTED)
        acknowledgement = b'\x40\2' + bytes(buffer[start:end]) if qos else b''
        try:
            topic = str(buffer[2:start], 'utf-8')
        except UnicodeError:
            raise OSError(ECONNABORTED)
        if self._kept < length:
            self._on_oversize(topic, length - end)
        else:
            self._on_message(topic, buffer[end:length])
        if qos:
            self._send(acknowledgement)


def _text(text):
    data = text.encode()
    return len(data).to_bytes(2, 'big') + data


def _packet(first, body, payload=b''):
    length = len(body) + len(payload)
    head = bytearray((first,))
    while True:
        head.append(length & 0x7F | (0x80 if length > 0x7F else 0))
        length >>= 7
        if not length:
            return b''.join((head, body, payload))


def _connect_packet(client_id, user, password, will, keepalive_s):
    # Flags: user, password, clean session; will retained with quality 1, where there is one.
    body = b'\0\4MQTT\4' + (b'\xee' if will else b'\xc2') + keepalive_s.to_bytes(2, 'big') + _text(client_id)
    if will:
        body += _text(will[0]) + _text(will[1])
    return _packet(0x10, body, _text(user) + _text(password))
