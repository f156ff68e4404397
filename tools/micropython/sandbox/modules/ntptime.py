# The clock is right already; only a network that is gone shows.
import _host
from time import time as _time

host = 'pool.ntp.org'
timeout = 1


def time():
    if not _host.wifi():
        raise OSError(-202)
    return _time()


def settime():
    time()
