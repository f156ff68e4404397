# TCP client sockets. Errors carry the ESP32's numbers.
import io, uctypes, _host, _event, network

AF_INET = 2
AF_INET6 = 10
SOCK_STREAM = 1
SOCK_DGRAM = 2
SOCK_RAW = 3
IPPROTO_TCP = 6
IPPROTO_UDP = 17
IPPROTO_IP = 0
SOL_SOCKET = 4095
SO_REUSEADDR = 4
SO_KEEPALIVE = 8
TCP_NODELAY = 1
_EAGAIN = 11
_EHOSTUNREACH = 118
_ETIMEDOUT = 116
_EPROTONOSUPPORT = 123


def getaddrinfo(host, port, af=0, type=0, proto=0, flags=0):
    if host.replace('.', '').isdigit() and host.count('.') == 3:
        address = host
    else:
        address = _host.socket_lookup(host) if network._online() else '-202'
    if address[0] == '-':
        raise OSError(int(address))
    return [(AF_INET, SOCK_STREAM, 0, '', (address, int(port)))]


def _check(result):
    if result < 0:
        raise OSError(-result)
    return result


class socket(io.IOBase):
    def __init__(self, af=AF_INET, type=SOCK_STREAM, proto=IPPROTO_TCP):
        if af != AF_INET or type != SOCK_STREAM:
            raise OSError(_EPROTONOSUPPORT)
        self._id = _host.socket_new()
        self._ms = -1

    def connect(self, address):
        host = getaddrinfo(address[0], address[1])[0][4][0]
        if not network._online():
            raise OSError(_EHOSTUNREACH)
        _check(_host.socket_connect(self._id, host, address[1], self._ms))

    def settimeout(self, seconds):
        self._ms = -1 if seconds is None else int(seconds * 1000)

    def setblocking(self, blocking):
        self._ms = -1 if blocking else 0

    def setsockopt(self, level, option, value):
        pass

    def fileno(self):
        return self._id

    def makefile(self, mode='rb', buffering=0):
        return self

    def close(self):
        if self._id >= 0:
            _host.socket_close(self._id)
            self._id = -1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        self.close()

    # Out of reach nothing arrives and nothing gets out, and nobody is told.
    def _send(self, data):
        _event.collect()
        if not network._online():
            return -_EAGAIN
        return _host.socket_send(self._id, uctypes.addressof(data), len(data), self._ms)

    def _receive(self, address, count):
        _event.collect()
        if not network._online():
            return -_EAGAIN
        return _host.socket_receive(self._id, address, count, self._ms)

    def send(self, data):
        return _check(self._send(data)) if len(data) else 0

    def sendall(self, data):
        if self.send(data) < len(data):
            raise OSError(_ETIMEDOUT)

    def recv(self, count):
        b = bytearray(count)
        return bytes(memoryview(b)[:_check(self._receive(uctypes.addressof(b), count))])

    def recv_into(self, buf, count=0):
        return _check(self._receive(uctypes.addressof(buf), count or len(buf)))

    def write(self, data, count=None):
        if count is not None:
            data = memoryview(data)[:count]
        if not len(data):
            return 0
        n = self._send(data)
        return None if n == -_EAGAIN else _check(n)

    # Streams read until the buffer is full, the peer has ended, or (non-blocking) nothing is there.
    def readinto(self, buf, count=None):
        count = len(buf) if count is None else min(count, len(buf))
        at = uctypes.addressof(buf)
        got = 0
        while got < count:
            n = self._receive(at + got, count - got)
            if n == -_EAGAIN:
                return got or None
            if _check(n) == 0:
                break
            got += n
        return got

    def read(self, count=-1):
        if count is not None and count >= 0:
            b = bytearray(count)
            n = self.readinto(b)
            return None if n is None else bytes(memoryview(b)[:n])
        out = bytearray()
        b = bytearray(512)
        while True:
            n = self._receive(uctypes.addressof(b), 512)
            if n == -_EAGAIN:
                return bytes(out) if out else None
            if _check(n) == 0:
                return bytes(out)
            out.extend(memoryview(b)[:n])

    def readline(self):
        line = bytearray()
        b = bytearray(1)
        while line[-1:] != b'\n':
            n = self._receive(uctypes.addressof(b), 1)
            if n == -_EAGAIN:
                return bytes(line) if line else None
            if _check(n) == 0:
                break
            line.extend(b)
        return bytes(line)

    def ioctl(self, request, arg):
        if request == 3:
            if not network._online():
                return 0
            return _host.socket_poll(self._id, arg)
        if request == 4:
            self.close()
            return 0
        return -22
