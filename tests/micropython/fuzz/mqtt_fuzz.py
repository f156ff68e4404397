# Runs on the device: main.py of mqtt.test.mjs. Plays every stream of /streams.bin to the agent's MQTT client over sockets that give it in pieces.
import gc
import struct
from errno import EAGAIN
from edgemesh import mqtt

BUFFER_BYTES = 4096
# Socket calls of one poll: a packet's header takes up to 6 and its body what its pieces are; 16 packets a poll.
CALLS_MAX = 3000
PENDING_MAX = 8192
PATIENCE_MS = 60000
GOOD = b'\x20\2\0\0' + b'\x90\4\0\1\1\1' + b'\x32\x09\0\4good\0\x07!' + b'\xd0\0'


class Poller:
    def register(self, socket, events):
        pass

    modify = register

    def poll(self, ms):
        return [(None, mqtt.POLLOUT)]


class Socket:
    data = b''
    closes = False
    stuck = False
    seed = 1

    def __init__(self):
        self.at = self.calls = 0
        self.written = 0
        self.sent = b''

    def _below(self, bound):
        Socket.seed = (Socket.seed * 1103515245 + 12345) & 0x7FFFFFFF
        return (Socket.seed >> 8) % bound

    def setblocking(self, on):
        pass

    def connect(self, address):
        pass

    def close(self):
        pass

    def readinto(self, view):
        self.calls += 1
        left = len(self.data) - self.at
        if not left:
            return 0 if self.closes else None
        if self._below(8) == 0:
            if self._below(2):
                raise OSError(EAGAIN)
            return None
        count = min(len(view), left, 1 + self._below(2000))
        view[:count] = self.data[self.at:self.at + count]
        self.at += count
        return count

    def write(self, data):
        self.calls += 1
        if self.stuck and self.written:
            return None
        count = len(data) if self._below(4) else self._below(len(data) + 1)
        self.written += count
        self.sent = (self.sent + bytes(data[:count]))[-64:]
        return count


made = None


def make_socket():
    global made
    made = Socket()
    return made


mqtt.socket = make_socket
mqtt.poll = Poller
mqtt.getaddrinfo = lambda *args: ((0, 0, 0, '', ('broker', 1883)),)
messages = oversize = 0
last = None


def on_message(topic, payload):
    global messages, last
    messages += 1
    last = topic, bytes(payload)
    client.publish('answer', b'x' * 700, 1)


def on_oversize(topic, count):
    global oversize
    oversize += 1


client = mqtt.Client(BUFFER_BYTES, on_message, on_oversize)
now_ms = 0
ends = {}


# Plays one stream to its end, which comes as an OSError: for what it said, or for its silence. Gives why.
def play(data, closes, stuck):
    global now_ms
    Socket.data, Socket.closes, Socket.stuck = data, closes, stuck
    client.dial('broker', 1883, 'porch', 'porch', 'secret', ('will', 'lost'), 30, now_ms)
    subscribed = False
    quiet_ms = now_ms
    while True:
        before = made.at
        made.calls = 0
        try:
            client.poll(now_ms)
        except OSError as e:
            client.close()
            return e.errno
        assert made.calls <= CALLS_MAX, 'a poll without end'
        assert len(client._pending) <= PENDING_MAX + 1000, 'it keeps too much'
        if client.open and not subscribed:
            subscribed = True
            client.subscribe(('a', 'b'))
        if made.at != before:
            quiet_ms = now_ms
        assert now_ms - quiet_ms <= PATIENCE_MS, 'it waits for ever'
        now_ms += 5 if made.at < len(data) else 3000


def play_good():
    global now_ms, last
    last = None
    Socket.data, Socket.closes, Socket.stuck = GOOD, False, False
    client.dial('broker', 1883, 'porch', 'porch', 'secret', ('will', 'lost'), 30, now_ms)
    subscribed = False
    for i in range(200):
        now_ms += 5
        client.poll(now_ms)
        if client.open and not subscribed:
            subscribed = True
            client.subscribe(('a', 'b'))
        if last and not client._pending:
            break
    assert last == ('good', b'!'), 'a good broker is not heard: %r' % (last,)
    client.close()


def settled():
    global data
    data = None
    play_good()
    gc.collect()
    return gc.mem_alloc()


with open('/streams.bin', 'rb') as f:
    number = 0
    data = b''
    for number in range(20):
        play_good()
    number = 0
    live = settled()
    while True:
        head = f.read(5)
        if not head:
            break
        length, flags = struct.unpack('>IB', head)
        data = f.read(length)
        try:
            why = play(data, flags & 1, flags & 2)
            ends[why] = ends.get(why, 0) + 1
            if number % 10 == 0:
                play_good()
        except BaseException as e:
            print('failed %d: %r' % (number, e), data[:300])
            client.close()
        number += 1
        if number % 8 == 0:
            # Here only a call collects; on a board a full heap does as well.
            gc.collect()
    print('grew', settled() - live)
print('played', number, messages, oversize, ends)
