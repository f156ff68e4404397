# The device's side of the handshake and of the session it makes. Pure: it is told the time and asked when it wants to speak.
from micropython import const
from .contracts import (
    TOPIC_ROOT, TOPIC_HELLO, TOPIC_WELCOME, TOPIC_OTA_CHUNK, WELCOME_NO_HELLO, PROTOCOL_VERSION, JSON_PAYLOAD_BYTES, NONCE_BYTES,
    CODE_SIGNATURE_INVALID, CODE_REPLAYED, CODE_NO_SESSION, CODE_MESSAGE_TOO_LARGE)
from .crypto import Hmac, from_hex, hkdf, to_base64url, to_hex
from .fields import Refused, digits, integer, texts
from .signing import Session, parse, sign, verify

NEVER = 1 << 62
HELLO_RETRY_MS = const(2000)
HELLO_RETRY_MAX_MS = const(60000)


def format_topic(kind, site, name=''):
    return '%s/%s/%s' % (TOPIC_ROOT, site, kind.replace('{}', name))


# A device's long-term secret and what is derived from it, one way and one use each.
class DeviceKey:
    def __init__(self, secret, site, device):
        self._secret = secret
        self._identity = site + '/' + device
        self.handshake = self._derive(b'', 'handshake')

    def broker_password(self):
        return to_base64url(self._derive(b'', 'broker-password'))

    def session(self, device_nonce, hub_nonce):
        salt = device_nonce + hub_nonce
        return self._derive(salt, 'session-up'), self._derive(salt, 'session-down')

    def encryption(self, device_nonce, hub_nonce):
        salt = device_nonce + hub_nonce
        return self._derive(salt, 'encryption-up'), self._derive(salt, 'encryption-down')

    def _derive(self, salt, use):
        return hkdf(self._secret, salt, '%s %s %s' % (TOPIC_ROOT, use, self._identity))


class DeviceLink:
    # cipher makes a session's encryption; None not to ask the hub for any, as under TLS.
    def __init__(self, key, site, device, random, cipher=None):
        self._key = key
        self._site = site
        self._device = device
        self._random = random
        self._cipher = cipher
        self._handshake = Hmac(key.handshake)
        self._topics = {}
        self._current = None
        # The session before: what the hub sent before it saw the newest one in use still follows under it.
        self._previous = None
        self._nonce = None
        self._retry_ms = HELLO_RETRY_MS
        self._hub_boot = ''
        self.established = False
        self.due_ms = NEVER
        # The number of the identity that the connection was made with; None where it is not TLS.
        self.identity = None

    def topic_of(self, kind):
        topic = self._topics.get(kind)
        if topic is None:
            topic = self._topics[kind] = format_topic(kind, self._site, self._device)
        return topic

    def connected(self, now_ms):
        self._restart(now_ms)

    def disconnected(self):
        self.established = False
        self.due_ms = NEVER

    # Another boot id than the welcomed one asks for a new hello. So does any sign of a hub that has left two hellos unanswered:
    # the next one could be a minute away.
    def hub_seen(self, boot, now_ms):
        unanswered = self.due_ms != NEVER and self._retry_ms > 2 * HELLO_RETRY_MS
        if boot != self._hub_boot if self.established else unanswered:
            self._restart(now_ms)

    # The payload of a hello when one is due, else None.
    def poll(self, now_ms):
        if now_ms < self.due_ms:
            return None
        self._nonce = self._random(NONCE_BYTES)
        self.due_ms = now_ms + self._retry_ms
        self._retry_ms = min(self._retry_ms * 2, HELLO_RETRY_MAX_MS)
        hello = {'v': PROTOCOL_VERSION, 'nonce': to_hex(self._nonce)}
        if self._cipher:
            hello['encrypt'] = True
        if self.identity is not None:
            hello['tls'] = True
            if self.identity:
                hello['identity'] = self.identity
        return sign(self._handshake, self.topic_of(TOPIC_HELLO), hello)

    # Takes the answer to the last hello and gives the welcome's body. One that answers none asks for another hello.
    def welcomed(self, payload, now_ms):
        _bound(payload)
        if not verify(self._handshake, self.topic_of(TOPIC_WELCOME), payload):
            raise Refused(CODE_SIGNATURE_INVALID, "The handshake is not signed with this device's key.")
        body = parse(payload)
        device_nonce = digits(body, 'device_nonce', 2 * NONCE_BYTES)
        hub_nonce = digits(body, 'nonce', 2 * NONCE_BYTES)
        hub_boot = digits(body, 'hub', 16)
        integer(body, 'time', 0, 999999999999999999)
        if device_nonce == WELCOME_NO_HELLO:
            if self.established:
                self._restart(now_ms)
            raise Refused(CODE_NO_SESSION, 'The hub knows no session with this device; it says hello again.')
        if self._nonce is None or device_nonce != to_hex(self._nonce):
            raise Refused(CODE_REPLAYED, 'The welcome answers another hello.')
        encrypted = texts(body, 'encrypt', 32) if self._cipher else None
        cipher = self._cipher(*self._key.encryption(self._nonce, from_hex(hub_nonce)), topics=encrypted) if encrypted else None
        self._previous = self._current
        self._current = Session(*self._key.session(self._nonce, from_hex(hub_nonce)), cipher=cipher)
        self._nonce = None
        self._hub_boot = hub_boot
        self.due_ms = NEVER
        self.established = True
        return body

    # Signs a message under the session in use; there must be one.
    def seal(self, kind, body):
        return self._current.seal(kind, self.topic_of(kind), body)

    # Verifies and reads a message of a session.
    def open(self, kind, payload):
        _bound(payload)
        topic = self.topic_of(kind)
        current, previous = self._current, self._previous
        if current and current.signed(topic, payload):
            self._previous = None
            return current.open(kind, topic, payload)
        if previous and previous.signed(topic, payload):
            return previous.open(kind, topic, payload)
        if current:
            raise Refused(CODE_SIGNATURE_INVALID, 'The signature fits no session of this device.')
        raise Refused(CODE_NO_SESSION, 'No handshake has been made yet; the device must say hello first.')

    # The data of a chunk frame in plain; None where it is not the hub's.
    def open_chunk(self, frame):
        topic = self.topic_of(TOPIC_OTA_CHUNK)
        for session in (self._current, self._previous):
            data = session.open_chunk(TOPIC_OTA_CHUNK, topic, frame) if session else None
            if data is not None:
                return data

    def _restart(self, now_ms):
        self.established = False
        self._retry_ms = HELLO_RETRY_MS
        self.due_ms = now_ms


def _bound(payload):
    if len(payload) > JSON_PAYLOAD_BYTES:
        raise Refused(CODE_MESSAGE_TOO_LARGE, 'The message has %d bytes, the limit is %d.' % (len(payload), JSON_PAYLOAD_BYTES))
