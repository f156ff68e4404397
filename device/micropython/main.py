from edgemesh.agent import run

run()
