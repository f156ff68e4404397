# The programs of the simulation: Behaviour.cs says what the numbers mean, SimulatedProgram.cs does the same for C# devices.
import sys
import edgemesh
from host import ask, calls, unlock

_CRASHES_AT_START = 1
_CRASHES_LATER = 2
_HANGS = 3
_HANGS_LATER = 4
_CUTS_OFF = 5
_COMMANDS = 40
_PERIOD_S = 20


def program(behaviour):
    loops = 0

    def setup():
        for i in range(1, _COMMANDS + 1):
            edgemesh.on_command('c%d' % i, lambda data, name='c%d' % i: _ran(name))
        if behaviour == _CRASHES_AT_START:
            raise ValueError('No sensor on the bus.')
        if behaviour == _CUTS_OFF:
            unlock()
            ask(calls.cut_off())

    def loop():
        nonlocal loops
        loops += 1
        if behaviour == _HANGS or behaviour == _HANGS_LATER and loops > 2:
            unlock()
            calls.hang()
        if behaviour == _CRASHES_LATER and loops > 2:
            raise ValueError('The sensor went.')
        edgemesh.publish(loops=loops)
        sys.modules['time'].sleep(_PERIOD_S)

    return setup, loop


def _ran(name):
    unlock()
    ask(calls.command(name))
