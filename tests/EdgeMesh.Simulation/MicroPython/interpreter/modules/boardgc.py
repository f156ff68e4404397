# A collection ends a want of memory, as far as there is garbage: until the simulation makes the next.
import gc
from host import unlock


def collect():
    unlock()
    gc.collect()


# What a board tells of its memory: the same in every run of a seed.
def mem_free():
    return 50000
