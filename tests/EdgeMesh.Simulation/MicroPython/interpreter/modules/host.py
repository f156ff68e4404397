# Asks the simulation, and keeps the memory short for as long as it says.
from micropython import heap_lock, heap_unlock
import uctypes
import _host

NO_MEMORY = -1001
NOTHING = -1002
# What every answer tells: host calls that the memory stays short for, whether messages wait, whether the connection stands; then ours:
# whether the heap is locked.
shared = bytearray(4)


class Calls:
    pass


# Each call is looked up once: an object of the bridge's that is made anew each time would be garbage, and needs memory.
calls = Calls()
for name in _host.names().split():
    setattr(calls, name, getattr(_host, name))
calls.share(uctypes.addressof(shared))
agent = None


# Before a call to the host, which is not the device's code and needs memory of its own.
def unlock():
    if shared[3]:
        shared[3] = 0
        heap_unlock()


# After it: what went wrong is raised; then the device's code finds no memory, where that is so.
def ask(status):
    if status < 0:
        if status == NO_MEMORY:
            raise MemoryError('memory allocation failed')
        if status != NOTHING:
            raise OSError(-status)
    if shared[0]:
        shared[0] -= 1
        shared[3] = 1
        heap_lock()
    return status


# Whether the hub is reached, and whether it has heard the last report: for the simulation to look at.
def flags():
    return agent._connection.online | agent._record.report_heard << 1 if agent else 0
