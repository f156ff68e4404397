from vfs import mount, umount
from os import chdir, getcwd, ilistdir, listdir, mkdir, remove, rename, rmdir, stat, statvfs, unlink, sep
from collections import namedtuple
import uctypes, _host

_uname = namedtuple('uname', ('sysname', 'nodename', 'release', 'version', 'machine'))


def urandom(n):
    b = bytearray(n)
    _host.random(uctypes.addressof(b), n)
    return bytes(b)


def uname():
    release = _host.release()
    return _uname('esp32', 'esp32', release, 'v%s on 2025-12-09' % release, 'Generic ESP32 module with ESP32')


def sync():
    pass
