# A collection ends a want of memory, as far as there is garbage: until the simulation makes the next.
import gc
from host import unlock


def collect():
    unlock()
    gc.collect()
