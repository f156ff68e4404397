# The machine module that a program sees where it wants a watchdog. The board has one, and it is the agent's: it bites where the agent is
# kept from going on. A program that could feed it in a loop of its own would be out of reach until somebody comes to the board.
from machine import *


class WDT:
    def __init__(self, id=0, timeout=5000):
        if id != 0:
            raise ValueError

    def feed(self):
        pass
