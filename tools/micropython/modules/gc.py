from gc import *
import gc as _gc


# This build adds the 128 MiB by which it thinks the heap could still grow; the host lets it grow by nothing.
def mem_free():
    return _gc.mem_free() - 134217728
