import os
import micropython

# Without line numbers the agent takes less memory; programs, compiled later, keep theirs.
micropython.opt_level(3)
if 'enroll.json' in os.listdir('/'):
    from edgemesh.enrolling import enroll

    enroll()
    del enroll
from edgemesh.agent import run

micropython.opt_level(0)
run()
