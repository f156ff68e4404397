# SHA-512 (FIPS 180-4) and HMAC with it (RFC 2104): the board's firmware has SHA-256 only. Slow; import it for an enrolment or a
# signature, and drop it afterwards.
from struct import unpack, unpack_from

_MASK = (1 << 64) - 1


# The first 64 bits of the fractional part of the root of this degree of a number: where the standard's constants come from.
def _fraction(number, degree):
    low, high = 0, 1 << 70
    while high - low > 1:
        middle = (low + high) >> 1
        if middle ** degree <= number << 64 * degree:
            low = middle
        else:
            high = middle
    return low & _MASK


def _primes(count):
    found = []
    n = 2
    while len(found) < count:
        if all(n % p for p in found):
            found.append(n)
        n += 1
    return found


_START = [_fraction(p, 2) for p in _primes(8)]
# As bytes: eighty big integers would take five times the heap.
_K = b''.join(_fraction(p, 3).to_bytes(8, 'big') for p in _primes(80))


def _compress(state, block):
    w = list(unpack('>16Q', block))
    a, b, c, d, e, f, g, h = state
    for i in range(80):
        if i >= 16:
            # Doubled, a word rotates by a shift alone; what stands above 64 bits is cut off at the end.
            x = w[(i + 1) & 15]
            y = w[(i + 14) & 15]
            xx = x | x << 64
            yy = y | y << 64
            w[i & 15] = (w[i & 15] + w[(i + 9) & 15] + ((xx >> 1 ^ xx >> 8 ^ x >> 7) & _MASK)
                         + ((yy >> 19 ^ yy >> 61 ^ y >> 6) & _MASK)) & _MASK
        ee = e | e << 64
        aa = a | a << 64
        t = h + ((ee >> 14 ^ ee >> 18 ^ ee >> 41) & _MASK) + (g ^ e & (f ^ g)) + unpack_from('>Q', _K, 8 * i)[0] + w[i & 15]
        h, g, f, e, d, c, b, a = g, f, e, (d + t) & _MASK, c, b, a, (
            t + ((aa >> 28 ^ aa >> 34 ^ aa >> 39) & _MASK) + (a & b | c & (a | b))) & _MASK
    for i, x in enumerate((a, b, c, d, e, f, g, h)):
        state[i] = (state[i] + x) & _MASK


def sha512(*parts):
    state = list(_START)
    rest = b''
    total = 0
    for part in parts:
        total += len(part)
        rest += part
        at = 0
        while len(rest) - at >= 128:
            _compress(state, rest[at:at + 128])
            at += 128
        rest = rest[at:]
    rest += b'\x80' + bytes((111 - len(rest)) % 128 + 8) + (total * 8).to_bytes(8, 'big')
    for at in range(0, len(rest), 128):
        _compress(state, rest[at:at + 128])
    return b''.join(x.to_bytes(8, 'big') for x in state)


def hmac_sha512(key, data):
    if len(key) > 128:
        key = sha512(key)
    key += bytes(128 - len(key))
    return sha512(bytes(k ^ 0x5C for k in key), sha512(bytes(k ^ 0x36 for k in key), data))
