from os import mkdir, remove, rename, stat
import uctypes
from host import ask, calls, unlock


def urandom(count):
    unlock()
    data = bytearray(count)
    ask(calls.random(uctypes.addressof(data), count))
    return bytes(data)
