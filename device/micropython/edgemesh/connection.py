# The way to the hub: network, broker, handshake, signatures. What it hands on is verified.
from binascii import a2b_base64
from micropython import const
from .contracts import (
    CHUNK_BYTES_MAX, CODE_MESSAGE_INVALID, CODE_MESSAGE_TOO_LARGE, CODE_SIGNATURE_INVALID, CODE_TOPIC_FORBIDDEN,
    PROTOCOL_VERSION, STATUS_LOST, STATUS_ONLINE, TOPIC_COMMAND, TOPIC_HELLO, TOPIC_HUB_STATUS, TOPIC_IDENTITY, TOPIC_OTA_ABORT_DOWN,
    TOPIC_OTA_CHUNK, TOPIC_OTA_COMPLETE, TOPIC_OTA_OFFER, TOPIC_REPORTED, TOPIC_STATUS, TOPIC_WELCOME)
from .crypto import from_hex
from .fields import Refused, integer, parse_object, text
from .link import NEVER, DeviceKey, DeviceLink, format_topic
from .mqtt import Client

_BACKOFF_MS = const(1000)
_BACKOFF_MAX_MS = const(60000)
_KEEPALIVE_S = const(30)
_SWITCH_AFTER_MS = const(500)
# A chunk in base64 with what surrounds it; offers and commands fit too, since manifests are bounded.
_SURROUNDINGS_BYTES = const(512)
# An offer with the largest manifest and the longest chain.
_BUFFER_BYTES_MIN = const(4736)
_UINT32 = 4294967295


class Connection:
    # agent: welcomed(body), lost(why), take(kind, body), chunk(session, sequence, data), refused(code, reason).
    def __init__(self, config, platform, agent):
        site, device = config['site'], config['device']
        key = DeviceKey(from_hex(config['key']), site, device)
        self._config = config
        self._platform = platform
        self._agent = agent
        self._password = key.broker_password()
        self._link = link = DeviceLink(key, site, device, platform.random, platform.cipher)
        self._client = Client(max(_BUFFER_BYTES_MIN, config['chunk_bytes'] * 4 // 3 + _SURROUNDINGS_BYTES),
                              self._take, self._oversize)
        self._hub_status = format_topic(TOPIC_HUB_STATUS, site)
        self._kinds = {self._hub_status: TOPIC_HUB_STATUS}
        for kind in (TOPIC_WELCOME, TOPIC_COMMAND, TOPIC_REPORTED, TOPIC_OTA_OFFER, TOPIC_OTA_CHUNK, TOPIC_OTA_COMPLETE,
                     TOPIC_OTA_ABORT_DOWN):
            self._kinds[link.topic_of(kind)] = kind
        if platform.identities:
            self._kinds[link.topic_of(TOPIC_IDENTITY)] = TOPIC_IDENTITY
        self._identities = platform.identities
        self._switch_ms = NEVER
        self._dial_ms = 0
        self._backoff_ms = _BACKOFF_MS

    @property
    def online(self):
        return self._client.open and self._link.established

    @property
    def due_ms(self):
        return self._dial_ms if self._client.closed else min(self._link.due_ms, self._switch_ms)

    # idle: nothing is under way that the board's sleep could hold up. It sleeps lightly where that is allowed: with the radio off, or
    # between two looks at a connection that stands.
    def wait(self, ms, idle):
        client, board = self._client, self._platform
        sleep = idle and board.light_sleep
        if client.closed:
            (sleep if sleep and board.station and not board.station.wlan else board.sleep_ms)(ms)
        elif not sleep or not self.online:
            client.wait(ms)
        elif not client.wait(0):
            sleep(ms)

    def poll(self, now_ms):
        try:
            self._poll(now_ms)
        except (OSError, ValueError) as e:
            # A ValueError is how ssl says that the broker's certificate is not to be trusted.
            self.drop(now_ms, 'the connection failed: %r' % e)

    # Signs and sends; False where it cannot go out now.
    def send(self, kind, body, qos=1, retain=False):
        if not self.online:
            return False
        return self._client.publish(self._link.topic_of(kind), self._link.seal(kind, body), qos, retain)

    def drop(self, now_ms, why):
        if self._identities and not self._link.established:
            self._identities.failed()
        self._close()
        # Half of the wait is by chance, so that a fleet does not come back in one moment.
        half = self._backoff_ms // 2
        self._dial_ms = now_ms + half + int.from_bytes(self._platform.random(2), 'big') * half // 65535
        self._backoff_ms = min(self._backoff_ms * 2, _BACKOFF_MAX_MS)
        self._agent.lost(why)

    # The answer gets a moment to leave, then the connection is made anew if the hub sent something to make it with.
    def switch(self, now_ms):
        if self._identities.fresh:
            self._switch_ms = now_ms + _SWITCH_AFTER_MS

    def _close(self):
        self._client.close()
        self._link.disconnected()
        self._switch_ms = NEVER

    def _poll(self, now_ms):
        self._now_ms = now_ms
        if now_ms >= self._switch_ms:
            self._close()
            self._dial_ms = now_ms
            self._agent.lost('connects anew, with the identity that the hub sent')
        client, link, config = self._client, self._link, self._config
        if client.closed:
            if self._platform.online() and now_ms >= self._dial_ms:
                tls = None
                if self._identities:
                    # Only now, so that certificates that cannot be read keep the program running.
                    tls = self._identities.begin()
                    link.identity = self._identities.sequence
                    self._identities.set_clock(self._platform)
                will = link.topic_of(TOPIC_STATUS), '{"status":"%s"}' % STATUS_LOST
                client.dial(config['host'], config['port'], config['device'], config['device'], self._password, will,
                            _KEEPALIVE_S, now_ms, tls)
            return
        greeted = client.open
        client.poll(now_ms)
        if not client.open:
            return
        if not greeted:
            client.subscribe((link.topic_of('devices/{}/down/#'), self._hub_status))
            link.connected(now_ms)
        hello = link.poll(now_ms)
        if hello:
            client.publish(link.topic_of(TOPIC_HELLO), hello, 1)

    def _oversize(self, topic, count):
        self._agent.refused(CODE_MESSAGE_TOO_LARGE, 'A message on %s has %d bytes.' % (topic, count))

    def _take(self, topic, payload):
        try:
            kind = self._kinds.get(topic)
            if kind == TOPIC_OTA_CHUNK:
                self._take_chunk(payload)
            elif kind == TOPIC_HUB_STATUS:
                self._see_hub(payload)
            elif kind == TOPIC_WELCOME:
                body = self._link.welcomed(payload, self._now_ms)
                self._backoff_ms = _BACKOFF_MS
                if self._identities:
                    self._identities.reached()
                self._agent.welcomed(body)
            elif kind:
                self._agent.take(kind, self._link.open(kind, payload))
            else:
                raise Refused(CODE_TOPIC_FORBIDDEN, 'A message came on %s, which is not for this device to read.' % topic)
        except Refused as e:
            self._agent.refused(e.code, e.reason)

    def _take_chunk(self, payload):
        if len(payload) and payload[0] == PROTOCOL_VERSION:
            data = self._link.open_chunk(payload)
            if data is None:
                raise Refused(CODE_SIGNATURE_INVALID, "A chunk's tag fits no session of this device.")
            self._agent.chunk(int.from_bytes(payload[1:5], 'big'), int.from_bytes(payload[5:9], 'big'), data)
            return
        body = self._link.open(TOPIC_OTA_CHUNK, payload)
        session = integer(body, 'session', 1, _UINT32)
        sequence = integer(body, 'sequence', 0, _UINT32)
        try:
            data = a2b_base64(text(body, 'data', (CHUNK_BYTES_MAX + 2) // 3 * 4).encode())
        except ValueError:
            raise Refused(CODE_MESSAGE_INVALID, "A chunk's data is not base64.")
        self._agent.chunk(session, sequence, data)

    # Not signed: it only prompts a hello. An absent hub keeps its sessions, or comes back with another boot id.
    def _see_hub(self, payload):
        body = parse_object(payload)
        if body is None:
            raise Refused(CODE_MESSAGE_INVALID, "The hub's status cannot be read.")
        if text(body, 'status', 16) == STATUS_ONLINE:
            self._link.hub_seen(text(body, 'boot', 16, ''), self._now_ms)
