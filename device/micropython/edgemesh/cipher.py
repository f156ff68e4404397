# AES-256-GCM over a session's messages, for what crosses the network without TLS: a key a direction, from the handshake. Encrypted
# first and signed then. The nonce of JSON is a zero byte and the message's counter; that of a chunk a one, session and sequence: a
# chunk that is sent again has the same bytes at the same place.
from binascii import a2b_base64, b2a_base64
from json import dumps
from .contracts import CODE_MESSAGE_INVALID, CODE_SIGNATURE_INVALID, JSON_PAYLOAD_BYTES
from .fields import Refused, parse_object, text
from .gcm import Gcm
from .signing import CHUNK_OVERHEAD, HEADER_BYTES

_DEVICE = 'devices/{}/'


class Cipher:
    # topics are what is encrypted, as the welcome names it, such as down/command.
    def __init__(self, send_key, receive_key, topics):
        self._send = Gcm(send_key)
        self._receive = Gcm(receive_key)
        self._kinds = [_DEVICE + t for t in topics if t not in ('up/hello', 'down/welcome', 'up/status')]

    def covers(self, kind):
        return kind in self._kinds

    def seal(self, topic, body, counter):
        plain = dumps(body, separators=(',', ':')).encode()
        return {'enc': b2a_base64(self._send.seal(_nonce(0, counter), _additional(topic), plain))[:-1].decode()}

    def open(self, topic, body, counter):
        plain = None
        try:
            plain = self._receive.open(_nonce(0, counter), _additional(topic), a2b_base64(text(body, 'enc', JSON_PAYLOAD_BYTES).encode()))
        except (Refused, ValueError):
            pass
        if plain is None:
            raise Refused(CODE_SIGNATURE_INVALID, "The message is not encrypted with this session's key, as was agreed.")
        body = parse_object(plain)
        if body is None:
            raise Refused(CODE_MESSAGE_INVALID, 'The message cannot be read.')
        return body

    def open_chunk(self, topic, frame):
        header = bytes(frame[:HEADER_BYTES])
        return self._receive.open(_nonce(1, int.from_bytes(header[1:], 'big')), _additional(topic) + header, frame[CHUNK_OVERHEAD:])


def _nonce(use, number):
    return bytes((use, 0, 0, 0)) + number.to_bytes(8, 'big')


def _additional(topic):
    return topic.encode() + b'\0'
