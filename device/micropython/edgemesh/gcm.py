# AES-256-GCM (NIST SP 800-38D, nonces of 12 bytes) over the firmware's AES on single blocks.
#
# GHASH multiplies polynomials over GF(2). Here each bit has a byte of a big integer to itself: then one integer product counts the
# terms of each place, at most 128, and their lowest bits are the polynomial. So there is no table and no branch on a secret.
from cryptolib import aes
from edgemesh.crypto import equal

_ONES = int.from_bytes(b'\x01' * 128, 'big')
_ONES_255 = int.from_bytes(b'\x01' * 255, 'big')


# 16 bytes to a byte a bit; GCM's first bit is the lowest coefficient.
def _spread(block):
    return int.from_bytes('{:0128b}'.format(int.from_bytes(block, 'big')).encode(), 'little') & _ONES


def _xor(a, b):
    size = len(a)
    return (int.from_bytes(a, 'big') ^ int.from_bytes(b[:size], 'big')).to_bytes(size, 'big')


class Gcm:
    def __init__(self, key):
        if len(key) != 32:
            raise ValueError('key')
        self._key = key
        self._point = _spread(self._blocks(bytes(16)))

    # The ciphertext, then its tag of 16 bytes. A nonce must never come twice under a key.
    def seal(self, nonce, additional, plaintext):
        stream = self._stream(nonce, len(plaintext))
        result = _xor(plaintext, memoryview(stream)[16:])
        return result + self._tag(stream, additional, result)

    # The plaintext; None where the tag is not that of key, nonce, additional data and ciphertext.
    def open(self, nonce, additional, sealed):
        if len(sealed) < 16:
            return None
        ciphertext = sealed[:-16]
        stream = self._stream(nonce, len(ciphertext))
        if equal(self._tag(stream, additional, ciphertext), sealed[-16:]):
            return _xor(ciphertext, memoryview(stream)[16:])

    def _blocks(self, data):
        return aes(self._key, 1).encrypt(data)

    # The encrypted counters from 1: the first block masks the tag, those after it the message.
    def _stream(self, nonce, length):
        if len(nonce) != 12:
            raise ValueError('nonce')
        return self._blocks(b''.join(nonce + i.to_bytes(4, 'big') for i in range(1, (length + 15) // 16 + 2)))

    def _tag(self, stream, additional, ciphertext):
        y = 0
        for data in (additional, ciphertext, (len(additional) * 8).to_bytes(8, 'big') + (len(ciphertext) * 8).to_bytes(8, 'big')):
            for at in range(0, len(data), 16):
                block = bytes(data[at:at + 16])
                y = self._times_point(y ^ _spread(block + bytes(16 - len(block))))
        bits = (y | 0x30 * _ONES).to_bytes(128, 'little')
        return _xor(int(bits, 2).to_bytes(16, 'big'), stream)

    # Modulo x^128 + x^7 + x^2 + x + 1: what lies above 127 folds down, once and for the seven places this reaches above again.
    def _times_point(self, y):
        product = y * self._point & _ONES_255
        for _ in range(2):
            high = product >> 1024
            product = (product & _ONES) ^ high ^ high << 8 ^ high << 16 ^ high << 56
        return product
