import micropython

# Without line numbers the agent takes less memory; programs, compiled later, keep theirs.
micropython.opt_level(3)
from edgemesh.agent import run

micropython.opt_level(0)
run()
