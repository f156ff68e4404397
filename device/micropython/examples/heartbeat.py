# Says every few seconds that it is alive: the smallest program worth running.
import time

import edgemesh

beats = 0


def setup():
    edgemesh.log("heartbeat begins")


def loop():
    global beats
    beats += 1
    edgemesh.publish(beats=beats)
    edgemesh.state(beats=beats)
    time.sleep(5)
