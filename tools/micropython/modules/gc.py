from gc import *
from gc import mem_alloc
import _host


def collect():
    if _host.collect(True):
        raise MemoryError('more is alive than the heap holds')


# The heap proper: what lies beyond it in this host is room for garbage.
def mem_free():
    return max(0, _host.heap_limit() - mem_alloc())
