import os
import micropython

try:
    os.stat('/state/pending')
    import machine

    # A firmware is on trial: where it cannot run the agent, the reset lets the bootloader go back.
    machine.WDT(timeout=120000)
except OSError:
    pass
# Without line numbers the agent takes less memory; programs, compiled later, keep theirs.
micropython.opt_level(3)
if 'enroll.json' in os.listdir('/'):
    from edgemesh.enrolling import enroll

    enroll()
    del enroll
from edgemesh.agent import run

micropython.opt_level(0)
run()
