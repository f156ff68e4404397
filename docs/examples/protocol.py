"""Keys, signatures, sessions and offers: pure functions, held to shared/vectors by vectors.py."""
import base64
import hmac
import json
import re

ROOT = "edgemesh/v1"
NAME = "[a-z0-9][a-z0-9_-]{0,31}"
NUMBER = 999999999999999999
TAIL_BYTES = len(',"mac":""}') + 64


class Refused(Exception):
    pass


def hkdf(secret, salt, info):
    """HKDF-SHA256 (RFC 5869), its first 32 bytes: one round of expansion. No salt is 32 zero bytes."""
    key = hmac.digest(salt or bytes(32), secret, "sha256")
    return hmac.digest(key, info + b"\x01", "sha256")


class DeviceKey:
    def __init__(self, secret, site, device):
        self._derive = lambda salt, use: hkdf(secret, salt, ("%s %s %s/%s" % (ROOT, use, site, device)).encode())
        self.handshake = self._derive(b"", "handshake")
        self.broker_password = base64.urlsafe_b64encode(self._derive(b"", "broker-password")).rstrip(b"=").decode()

    def session(self, device_nonce, hub_nonce):
        salt = device_nonce + hub_nonce
        return self._derive(salt, "session-up"), self._derive(salt, "session-down")


def sign(key, topic, body):
    opened = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()[:-1]
    return opened + b',"mac":"' + hmac.new(key, topic.encode() + b"\0" + opened, "sha256").hexdigest().encode() + b'"}'


def signed(key, topic, payload):
    opened = payload[:-TAIL_BYTES]
    tail = b',"mac":"' + hmac.new(key, topic.encode() + b"\0" + opened, "sha256").hexdigest().encode() + b'"}'
    return len(opened) > 0 and hmac.compare_digest(payload[-TAIL_BYTES:], tail)


def body_of(payload):
    """The members of a payload whose signature was right."""
    body = json.loads(payload[:-TAIL_BYTES] + b"}")
    if type(body) is not dict:
        raise Refused("message_invalid")
    return body


def chunk_of(key, topic, frame):
    """(session, sequence, data) of a chunk frame."""
    tag = hmac.digest(key, topic.encode() + b"\0" + frame[:9] + frame[17:], "sha256")[:8]
    if len(frame) <= 17 or frame[0] != 1 or not hmac.compare_digest(tag, frame[9:17]):
        raise Refused("signature_invalid")
    return int.from_bytes(frame[1:5], "big"), int.from_bytes(frame[5:9], "big"), frame[17:]


class ReplayWindow:
    def __init__(self):
        self._highest = 0
        self._seen = set()

    def accept(self, counter):
        if counter < 1 or counter <= self._highest - 64 or counter in self._seen:
            return False
        self._highest = max(self._highest, counter)
        self._seen = {c for c in self._seen if c > self._highest - 64} | {counter}
        return True


class Session:
    def __init__(self, up, down):
        self._up = up
        self.down = down
        self._counter = 0
        self._window = ReplayWindow()

    def seal(self, topic, body):
        self._counter += 1
        return sign(self._up, topic, dict(body, n=self._counter))

    def open(self, topic, payload):
        if not signed(self.down, topic, payload):
            raise Refused("signature_invalid")
        body = body_of(payload)
        if not self._window.accept(whole(body, "n", 1, NUMBER)):
            raise Refused("replayed")
        return body


def whole(body, name, low, high):
    value = body.get(name)
    if type(value) is not int or not low <= value <= high:
        raise Refused("message_invalid")
    return value


def manifest_of(text):
    """The manifest that an offer carries as base64url; ValueError where it is none."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise ValueError("not base64url")
    m = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    try:
        for name, pattern in (("id", NAME), ("kind", NAME), ("device_type", NAME), ("version", r"[!-?A-~]{1,32}"), ("sha256", "[0-9a-f]{64}")):
            if not re.fullmatch(pattern, m[name]):
                raise ValueError(name)
        for name, low, high in (("sequence", 1, NUMBER), ("size", 1, 64 << 20), ("created", 0, NUMBER)):
            whole(m, name, low, high)
        if type(m.setdefault("requires", [])) is not list or whole({"expires": 0, **m}, "expires", 0, NUMBER) < 0:
            raise ValueError("requires")
    except (KeyError, TypeError, Refused):
        raise ValueError("a member is missing or not what it must be") from None
    return m


def judge(m, chunk_bytes, encoding, profile):
    """The code of the refusal; empty where the image is welcome. The order is the protocol's."""
    return ("encoding_unsupported" if encoding not in profile["encodings"] or chunk_bytes > profile["chunk_bytes"]
            else "device_type_mismatch" if m["device_type"] != profile["device_type"]
            else "kind_unsupported" if m["kind"] not in profile["kinds"]
            else "image_too_large" if m["size"] > (m["kind"] == "esp32-image" and profile.get("firmware_bytes") or profile["slot_bytes"])
            else "requirement_missing" if set(m["requires"]) - set(profile["capabilities"])
            else "sequence_not_above" if m["sequence"] <= profile["sequence"]
            else "manifest_expired" if 0 < m.get("expires", 0) < profile["unix_seconds"]
            else "trial_in_progress" if profile["on_trial"] else "")
