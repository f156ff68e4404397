# Reads members of parsed JSON: of the right type and in range, or refused with a sentence that names the member.
from json import loads
from micropython import const
from .contracts import NAME_LENGTH, CODE_MESSAGE_INVALID

# Of the device's log: what waits for a connection must not fill the memory.
LINE_BYTES = const(512)


class Refused(Exception):
    def __init__(self, code, reason):
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


# The JSON object that the bytes hold; None where they hold none.
def parse_object(data):
    try:
        value = loads(data)
    except ValueError:
        return None
    return value if type(value) is dict else None


def invalid(name, wanted):
    raise Refused(CODE_MESSAGE_INVALID, 'member "%s" must be %s' % (name, wanted))


def integer(o, name, low, high, default=None):
    value = o.get(name, default)
    if type(value) is not int or not low <= value <= high:
        invalid(name, 'a whole number from %d to %d' % (low, high))
    return value


# Lengths are bytes of UTF-8, since languages count characters differently.
def text(o, name, length, default=None):
    value = o.get(name, default)
    if not _fits(value, length):
        invalid(name, 'a string of at most %d bytes' % length)
    return value


def _fits(value, length):
    return type(value) is str and (len(value) * 4 <= length or len(value) <= length and len(value.encode()) <= length)


def digits(o, name, count):
    value = text(o, name, count)
    if len(value) != count or not all(c in '0123456789abcdef' for c in value):
        invalid(name, '%d lower-case hex digits' % count)
    return value


# As much of the beginning of a text as takes so many bytes of UTF-8; no character is cut.
def cut(value, count):
    # A character takes a byte at least, so of a long text only this much is copied.
    value = value[:count]
    data = value.encode()
    if len(data) <= count:
        return value
    while data[count] & 0xC0 == 0x80:
        count -= 1
    return data[:count].decode()


def is_name(value):
    if type(value) is not str or not 1 <= len(value) <= NAME_LENGTH or value[0] in '_-':
        return False
    return all('a' <= c <= 'z' or '0' <= c <= '9' or c in '_-' for c in value)


# It stands in id@version, in logs and on screens.
def is_version(value):
    if type(value) is not str or not 1 <= len(value) <= NAME_LENGTH:
        return False
    return all(' ' < c <= '~' and c != '@' for c in value)


def texts(o, name, count, length=NAME_LENGTH):
    values = o.get(name, [])
    if type(values) is not list or len(values) > count or not all(_fits(v, length) for v in values):
        invalid(name, 'an array of at most %d strings of at most %d bytes' % (count, length))
    return values
