# The check of Ed25519 signatures (RFC 8032): without the cofactor, byte for byte, and refusing S that is not below the order and keys
# and R of small order or of another encoding than their own. Everything in it is public. Import it for one check.
from edgemesh.curve25519 import P, decode, encode
from edgemesh.sha512 import sha512

_L = (1 << 252) + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, P - 2, P) % P
_ROOT = pow(2, P >> 2, P)
_BASE = bytes((0x58,)) + bytes((0x66,)) * 31
# The y of the points whose order divides 8.
_Y8 = decode(b'\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a')
_SMALL = 0, 1, P - 1, _Y8, P - _Y8


def is_public_key(data):
    y = decode(data)
    return len(data) == 32 and y < P and y not in _SMALL


# Coordinates X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z; None where the bytes are no point.
def _decompress(data):
    y = decode(data)
    u = (y * y - 1) % P
    v = (_D * y * y + 1) % P
    x = u * v ** 3 * pow(u * v ** 7, P >> 3, P) % P
    if (v * x * x - u) % P:
        if (v * x * x + u) % P:
            return None
        x = x * _ROOT % P
    if x & 1 != data[31] >> 7:
        x = P - x
    return x, y, 1, x * y % P


def _add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0])
    b = (p[1] + p[0]) * (q[1] + q[0])
    c = 2 * _D * p[3] % P * q[3]
    d = 2 * p[2] * q[2]
    e = (b - a) % P
    f = (d - c) % P
    g = (d + c) % P
    h = (b + a) % P
    return e * f % P, g * h % P, f * g % P, e * h % P


def _double(p):
    x, y, z, _ = p
    a = x * x
    b = y * y
    e = ((x + y) ** 2 - a - b) % P
    g = (b - a) % P
    f = (g - 2 * z * z) % P
    h = (-a - b) % P
    return e * f % P, g * h % P, f * g % P, e * h % P


# A generator, as those of curve25519: yields multiplications as they are done, of some 4,600, and returns whether the signature is right.
def verification(public_key, message, signature):
    if len(signature) != 64 or not is_public_key(public_key) or not is_public_key(signature[:32]):
        return False
    s = int.from_bytes(signature[32:], 'little')
    point = _decompress(public_key) if s < _L else None
    if not point:
        return False
    yield 275
    k = int.from_bytes(sha512(signature[:32], public_key, message), 'little') % _L
    base = _decompress(_BASE)
    # The sum S·B - k·A, both scalars bit by bit together.
    negative = P - point[0], point[1], 1, P - point[3]
    table = None, base, negative, _add(base, negative)
    total = 0, 1, 1, 0
    for t in range(252, -1, -1):
        total = _double(total)
        addend = table[s >> t & 1 | (k >> t & 1) << 1]
        if addend:
            total = _add(total, addend)
        yield 17 if addend else 8
    x, y, z, _ = total
    z = pow(z, P - 2, P)
    yield 267
    return encode(y * z % P | (x * z % P & 1) << 255) == signature[:32]


# At once.
def verify(public_key, message, signature):
    work = verification(public_key, message, signature)
    try:
        while True:
            next(work)
    except StopIteration as e:
        return e.value
