# Keeps the program running: starts it, and again a while after an exception ended it, and tells how it fares.
import gc
from micropython import const
from . import platform
from .link import NEVER
from .program import Program, sentence

_WAIT_MS = const(1000)
_RESTART_MS = const(1000)
_RESTART_MAX_MS = const(60000)
_GRACE_MS = const(60000)


class Runner:
    # agent: pump(wait_ms), step_trial(kind, detail), log(line, level), fail(error), updating. requests: forget() what a program registered.
    def __init__(self, agent, board, requests):
        self._agent = agent
        self._board = board
        self._requests = requests
        self._program = None
        self._ran = False
        # The slot of the program, '' for none; startup chooses it.
        self.slot = ''
        # Whether it let the watchdog bite in the boot before.
        self.suspect = False
        # How often it stopped with an exception, or let the watchdog bite, since the hub was told last.
        self.faults = 0
        # When the hub is to be told how it fares.
        self.health_ms = NEVER

    # Returns where there is no program. trial: what is on trial, if anything.
    def run(self, trial):
        if self.slot:
            if self.suspect:
                self._go_alone()
            self._run_program()
        elif trial:
            # A firmware's: there is no program to judge it by.
            self._running()

    def report_now(self):
        if self.slot:
            self.health_ms = 0

    # What the hub watches after an update, but for the memory; it is due again after that time.
    def health(self, every_ms):
        self.health_ms = self._board.now_ms() + every_ms
        return {'faults': self.faults, 'loop_ms': self._program.loop_ms() if self._program else 0}

    # A confirmed program that let the watchdog bite may do so again at once: first the hub has a time to send a better one.
    def _go_alone(self):
        self._agent.log('The watchdog reset the board; the program starts in %d s.' % (_GRACE_MS // 1000), 'error')
        until_ms = self._board.now_ms() + _GRACE_MS
        while self._board.now_ms() < until_ms or self._agent.updating:
            self._agent.pump(_WAIT_MS)

    def _run_program(self):
        agent, board = self._agent, self._board
        wait_ms = _RESTART_MS
        while True:
            started_ms = board.now_ms()
            try:
                self._program = Program(platform.STATE + self.slot + '.img', agent.pump, self._running, board.now_ms)
                self._program.run()
                agent.log('The program has ended.')
                while True:
                    # Its handlers live on, and what they raise is the program's too.
                    agent.pump(_WAIT_MS)
            except BaseException as e:
                if type(e) is KeyboardInterrupt and not e.args:
                    # Somebody at the console.
                    raise
                # Whatever else it is, SystemExit and MemoryError too, it is the program's and not the agent's.
                fault = e
            self._requests.forget()
            self._program = None
            line = sentence(fault)
            fault = None
            self._ran = False
            if board.now_ms() - started_ms > _RESTART_MAX_MS:
                wait_ms = _RESTART_MS
            try:
                # With what the exception carried.
                gc.collect()
                agent.step_trial('faulted', line)
                agent.log('The program stopped: %s. It starts again in %d s.' % (line, wait_ms // 1000), 'error')
            except Exception as e:
                agent.fail(e)
            # After the line, which tells the hub why.
            self.faults += 1
            self.health_ms = 0
            until_ms = board.now_ms() + wait_ms
            wait_ms = min(wait_ms * 2, _RESTART_MAX_MS)
            while board.now_ms() < until_ms:
                agent.pump(until_ms - board.now_ms())

    def _running(self):
        if not self._ran:
            self._ran = True
            self._agent.step_trial('running')
