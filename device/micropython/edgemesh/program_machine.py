# The machine module that a program sees: the board's, with a watchdog that holds nothing back. The board has one watchdog, and it is the
# agent's: it bites where a program keeps the agent from going on. One that a program could feed in a loop of its own would not, and the
# board would be out of reach until somebody comes to it.
from machine import *


class WDT:
    def __init__(self, id=0, timeout=5000):
        if id != 0:
            raise ValueError

    def feed(self):
        pass
