# Runs a program: setup() and loop(), or main(), plain or async; what stands at its top level runs first.
import sys
from io import StringIO
from micropython import const
from . import program_machine, program_time
from .contracts import REASON_LENGTH
from .fields import cut

_ASYNC_PUMP_MS = const(20)


# pump(wait_ms) keeps the agent going; running() is called once the program has come so far that it can be judged.
class Program:
    def __init__(self, path, pump, running, now_ms):
        self._path = path
        self._pump = pump
        self._running = running
        self._now_ms = now_ms
        self._loop_from_ms = None
        self._longest_ms = 0
        program_time._lend(self._sleep_ms)
        for name, module in (('time', program_time), ('machine', program_machine)):
            sys.modules[name] = sys.modules['u' + name] = module

    # Returns when the program has ended; raises what ends it.
    def run(self):
        space = {'__name__': '__main__'}
        execfile(self._path, space)
        if 'loop' in space:
            if 'setup' in space:
                space['setup']()
            loop = space['loop']
            while True:
                self._loop_from_ms = self._now_ms()
                loop()
                self._longest_ms = max(self._longest_ms, self._now_ms() - self._loop_from_ms)
                self._running()
                self._pump(1)
        elif 'main' in space:
            result = space['main']()
            if hasattr(result, 'send'):
                self._run_async(result)
        self._running()

    # The longest run of loop() since this was asked last, be it the one that goes on.
    def loop_ms(self):
        if self._loop_from_ms is None:
            return 0
        longest_ms = max(self._longest_ms, self._now_ms() - self._loop_from_ms)
        self._longest_ms = 0
        return longest_ms

    def _sleep_ms(self, ms):
        self._running()
        end_ms = self._now_ms() + ms
        self._pump(0)
        while True:
            left_ms = end_ms - self._now_ms()
            if left_ms <= 0:
                return
            self._pump(left_ms)

    def _run_async(self, coroutine):
        import asyncio

        async def pump():
            while True:
                self._pump(0)
                await asyncio.sleep_ms(_ASYNC_PUMP_MS)
                self._running()

        async def main():
            task = asyncio.create_task(pump())
            try:
                await coroutine
            finally:
                task.cancel()

        asyncio.new_event_loop()
        asyncio.run(main())


# An exception as the last line of its traceback, at most REASON_LENGTH bytes; only its class where it cannot say more. Never raises.
def sentence(error):
    try:
        out = StringIO()
        sys.print_exception(error, out)
        return cut(out.getvalue().rstrip().split('\n')[-1], REASON_LENGTH)
    except:
        # Its __str__ is the program's, and what it carries may have taken all the memory: the name is there already.
        return type(error).__name__
