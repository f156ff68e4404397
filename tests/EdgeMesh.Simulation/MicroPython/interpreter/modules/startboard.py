# The board's own modules, and the agent imported; then a boot of it, as boot.py and main.py make one.
import sys
from host import ask, calls, shared, unlock


def prepare():
    import boarderrno
    sys.modules['errno'] = boarderrno
    import boardtime
    import boardos
    import boardgc
    sys.modules['time'] = boardtime
    sys.modules['os'] = boardos
    sys.modules['gc'] = boardgc
    import simulated
    import micropython
    micropython.opt_level(3)
    import edgemesh
    # In the order in which a boot imports them; config and records are dropped by it when they have done their work.
    from edgemesh import agent, config, startup, records
    micropython.opt_level(0)
    sys.modules['edgemesh.program'].execfile = _execfile


# The program's file is about to run. To compile it there is memory: what the compiler does without is its own matter.
def _execfile(path, space):
    unlock()
    ask(calls.runs(path))
    shared[0] = 0
    unlock()
    execfile(path, space)


def boot(configuration, reset_cause):
    import flash
    import host
    import machine
    agent = sys.modules['edgemesh.agent']
    machine._cause = reset_cause
    flash.mount(configuration)
    sys.modules['js'] = sys.modules['jsffi'] = None
    # As agent.run() does.
    it = agent._start()
    host.agent = it
    if it:
        it.run()
