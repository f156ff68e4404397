# X25519 (RFC 7748) and the map to its curve that CPace needs (RFC 9380, 6.7.1), as generators: they yield after each portion of
# work how many field multiplications it was, so that the caller can tend its network, and return 32 bytes.
P = (1 << 255) - 19
# A multiplication by pow() counts as many as the exponent takes.
POWER = 265
LADDER = 255 * 9 + POWER + 1
MAP = 2 * POWER + 10
_A = 486662


def decode(data):
    return int.from_bytes(data, 'little') & ((1 << 255) - 1)


def encode(number):
    return number.to_bytes(32, 'little')


# The same operations for every scalar and point; how long each takes is up to the interpreter's big integers.
def x25519(scalar, u):
    k = int.from_bytes(scalar, 'little') & ((1 << 254) - 8) | 1 << 254
    u = decode(u)
    x = [1, u]
    z = [0, 1]
    for t in range(254, -1, -1):
        bit = k >> t & 1
        x2, x3, z2, z3 = x[bit], x[1 - bit], z[bit], z[1 - bit]
        a = x2 + z2
        b = x2 - z2
        da = (x3 - z3) * a
        cb = (x3 + z3) * b
        a = a * a % P
        b = b * b % P
        x[bit] = a * b % P
        z[bit] = (a - b) * (a + 121665 * (a - b)) % P
        x[1 - bit] = (da + cb) ** 2 % P
        z[1 - bit] = (da - cb) ** 2 % P * u % P
        yield 9
    result = encode(x[0] * pow(z[0], P - 2, P) % P)
    yield POWER + 1
    return result


# u of the point for 32 bytes; never zero is divided by, since neither -1/2 nor A^2 - 4 is a square.
def elligator2(data):
    r = decode(data)
    v = -_A * pow(1 + 2 * r * r, P - 2, P) % P
    yield POWER + 5
    # 1 where v is on the curve, P - 1 where -v - A is.
    symbol = pow(v * (v * v + _A * v + 1), P >> 1, P)
    yield POWER + 5
    return encode((v, -v - _A)[symbol != 1] % P)
