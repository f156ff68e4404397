# Signed JSON, chunk frames and the session that counts messages. Signatures are checked on the raw bytes before anything is
# parsed, so no parser sees a stranger's bytes.
from json import dumps
from .contracts import PROTOCOL_VERSION, REPLAY_WINDOW, CODE_REPLAYED, CODE_MESSAGE_INVALID
from .crypto import Hmac, equal, to_hex
from .fields import Refused, integer, parse_object

_OPENING = ',"mac":"'
TAIL_BYTES = 8 + 64 + 2
HEADER_BYTES = 9
CHUNK_OVERHEAD = 17


# An object of at least one member as JSON text without its last brace, to which a signature or a checksum is appended.
def open_text(body):
    return dumps(body, separators=(',', ':'))[:-1].encode()


def sign(mac, topic, body):
    opened = open_text(body)
    return opened + _tail(mac.digest(topic, b'\0', opened))


def verify(mac, topic, payload):
    payload = memoryview(payload)
    length = len(payload) - TAIL_BYTES
    if length < 1:
        return False
    return equal(_tail(mac.digest(topic, b'\0', payload[:length])), payload[length:])


def _tail(digest):
    return (_OPENING + to_hex(digest) + '"}').encode()


# The body of a payload whose signature was verified.
def parse(payload):
    body = parse_object(payload)
    if body is None:
        raise Refused(CODE_MESSAGE_INVALID, 'The message is signed but cannot be read.')
    body.pop('mac', None)
    return body


# A frame is version u8, session u32, sequence u32, tag of 8 bytes, data. Its tag needs no counter: a chunk that comes twice
# has the same bytes for the same place.
def verify_chunk(mac, topic, frame):
    if len(frame) <= CHUNK_OVERHEAD or frame[0] != PROTOCOL_VERSION:
        return False
    tag = mac.digest(topic, b'\0', frame[:HEADER_BYTES], frame[CHUNK_OVERHEAD:])
    return equal(tag[:8], frame[HEADER_BYTES:CHUNK_OVERHEAD])


# Accepts every counter once, as IPsec does (RFC 4303, 3.4.3).
class ReplayWindow:
    def __init__(self):
        self._highest = 0
        self._seen = 0

    def accept(self, counter):
        if counter < 1:
            return False
        ahead = counter - self._highest
        if ahead > 0:
            self._seen = ((self._seen << ahead) & ((1 << REPLAY_WINDOW) - 1) if ahead < REPLAY_WINDOW else 0) | 1
            self._highest = counter
            return True
        if -ahead >= REPLAY_WINDOW or self._seen >> -ahead & 1:
            return False
        self._seen |= 1 << -ahead
        return True


class Session:
    def __init__(self, send_key, receive_key, cipher=None):
        self._cipher = cipher
        self._send = Hmac(send_key)
        self._receive = Hmac(receive_key)
        self._window = ReplayWindow()
        self._counter = 0

    def seal(self, kind, topic, body):
        self._counter += 1
        if self._cipher and self._cipher.covers(kind):
            body = self._cipher.seal(topic, body, self._counter)
        body['n'] = self._counter
        return sign(self._send, topic, body)

    def signed(self, topic, payload):
        return verify(self._receive, topic, payload)

    # The data of a chunk frame; None where it is not signed by the other side, or not encrypted as was agreed.
    def open_chunk(self, kind, topic, frame):
        if not verify_chunk(self._receive, topic, frame):
            return None
        if self._cipher and self._cipher.covers(kind):
            return self._cipher.open_chunk(topic, frame)
        return frame[CHUNK_OVERHEAD:]

    # What is to be encrypted is refused in plain: whoever holds the keys agreed to it in the handshake.
    def open(self, kind, topic, payload):
        body = parse(payload)
        counter = integer(body, 'n', 1, 999999999999999999)
        if not self._window.accept(counter):
            raise Refused(CODE_REPLAYED, 'The counter %d was seen before or is too old.' % counter)
        if self._cipher and self._cipher.covers(kind):
            return self._cipher.open(topic, body, counter)
        return body
