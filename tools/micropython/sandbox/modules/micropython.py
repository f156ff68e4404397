from micropython import *


def alloc_emergency_exception_buf(size):
    pass


# Called as soon as nothing else is in its way: here at once, since handlers are not called in the middle of a line.
def schedule(function, arg):
    function(arg)
