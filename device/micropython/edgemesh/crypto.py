# HMAC-SHA256 (RFC 2104), HKDF (RFC 5869) and base64url over what every MicroPython has: sha256 and binascii.
from binascii import a2b_base64, b2a_base64, hexlify, unhexlify
from hashlib import sha256


class Hmac:
    # The padded keys are made once, since hash states cannot be copied here.
    def __init__(self, key):
        if len(key) > 64:
            key = sha256(key).digest()
        self._inner = bytes((key[i] if i < len(key) else 0) ^ 0x36 for i in range(64))
        self._outer = bytes((key[i] if i < len(key) else 0) ^ 0x5C for i in range(64))

    def digest(self, *parts):
        h = sha256(self._inner)
        for part in parts:
            h.update(part)
        inner = h.digest()
        h = sha256(self._outer)
        h.update(inner)
        return h.digest()


def hkdf(key, salt, info, length=32):
    mac = Hmac(Hmac(salt).digest(key))
    result = block = b''
    counter = 1
    while len(result) < length:
        block = mac.digest(block, info, bytes((counter,)))
        result += block
        counter += 1
    return result[:length]


# Takes the same time wherever the two differ.
def equal(a, b):
    if len(a) != len(b):
        return False
    difference = 0
    for i in range(len(a)):
        difference |= a[i] ^ b[i]
    return difference == 0


def to_hex(data):
    return hexlify(data).decode()


def from_hex(text):
    return unhexlify(text)


def to_base64url(data):
    return b2a_base64(data)[:-1].decode().rstrip('=').replace('+', '-').replace('/', '_')


# None where the text is not base64url; a2b_base64 alone would skip what it does not know.
def from_base64url(text):
    for c in text:
        if not ('a' <= c <= 'z' or 'A' <= c <= 'Z' or '0' <= c <= '9' or c == '-' or c == '_'):
            return None
    if len(text) % 4 == 1:
        return None
    return a2b_base64((text.replace('-', '+').replace('_', '/') + '=' * (-len(text) % 4)).encode())
