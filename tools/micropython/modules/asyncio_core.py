# The event loop under the build's own asyncio: its core is driven by a web page's loop, a device's runs until it is done.
import sys
from time import ticks_ms as ticks, ticks_add, ticks_diff
from _asyncio import Task, TaskQueue
import _event


class CancelledError(BaseException):
    pass


class TimeoutError(Exception):
    pass


# Awaited once it suspends the task until the time in `state`, then it returns.
class SingletonGenerator:
    def __init__(self):
        self.state = None

    def __iter__(self):
        return self

    def __next__(self):
        if self.state is None:
            raise StopIteration
        _task_queue.push(cur_task, self.state)
        self.state = None


def sleep_ms(ms):
    pause = SingletonGenerator()
    pause.state = ticks_add(ticks(), max(0, ms))
    return pause


def sleep(seconds):
    return sleep_ms(int(seconds * 1000))


def create_task(coro):
    if not hasattr(coro, 'send'):
        raise TypeError('coroutine expected')
    task = Task(coro, globals())
    _task_queue.push(task)
    return task


def _promote_to_task(awaitable):
    return awaitable if isinstance(awaitable, Task) else create_task(awaitable)


def _finish(task, error):
    """Records how a task ended and wakes whoever awaits it; task.state is True, a queue of waiting tasks, or a callback."""
    waiting, task.state, task.data = task.state, False, error
    if waiting is True:
        task.state = None
        if not isinstance(error, (CancelledError, StopIteration)):
            _task_queue.push(task)  # reported when its turn comes, unless it is awaited before
    elif callable(waiting):
        waiting(task, error)
    else:
        while waiting.peek():
            _task_queue.push(waiting.pop())


def run_until_complete(main=None):
    global cur_task
    while True:
        task = _task_queue.peek()
        if not task:
            if not main or not main.state:
                return None
            _event.wait(1000)
            continue
        due = ticks_diff(task.ph_key, ticks())
        if due > 0:
            _event.wait(due)
            continue
        task = cur_task = _task_queue.pop()
        error = task.data
        if not task.state:
            Loop.call_exception_handler({'message': "Task exception wasn't retrieved", 'exception': error, 'future': task})
            continue
        try:
            if error:
                task.data = None
                task.coro.throw(error)
            else:
                task.coro.send(None)
        except (CancelledError, Exception) as e:
            if task is main:
                cur_task, task.state, task.data = None, False, e
                if isinstance(e, StopIteration):
                    return e.value
                raise
            _finish(task, e)


def run(coro):
    return run_until_complete(create_task(coro))


def current_task():
    if cur_task is None:
        raise RuntimeError('no running event loop')
    return cur_task


class Loop:
    _handler = None

    create_task = staticmethod(create_task)
    run_forever = staticmethod(run_until_complete)

    @staticmethod
    def run_until_complete(awaitable):
        return run_until_complete(_promote_to_task(awaitable))

    @staticmethod
    def close():
        pass

    @staticmethod
    def set_exception_handler(handler):
        Loop._handler = handler

    @staticmethod
    def get_exception_handler():
        return Loop._handler

    @staticmethod
    def call_exception_handler(context):
        if Loop._handler:
            Loop._handler(Loop, context)
        else:
            print(context['message'])
            sys.print_exception(context['exception'])


def get_event_loop(runq_len=0, waitq_len=0):
    return Loop


def new_event_loop():
    global _task_queue, cur_task
    _task_queue, cur_task = TaskQueue(), None
    return Loop


new_event_loop()
