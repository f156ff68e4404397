from os import mkdir, remove, rename, stat
import uctypes
import _host
from host import ask, unlock


def urandom(count):
    unlock()
    data = bytearray(count)
    ask(_host.random(uctypes.addressof(data), count))
    return bytes(data)
