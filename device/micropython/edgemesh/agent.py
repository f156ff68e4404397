# The agent: keeps a program running, the hub informed and updates safe. Driven by pump(), which the program's sleeps call.
import gc
import sys
from micropython import const
from .boot_store import BootStore
from .connection import Connection
from .contracts import (
    CHUNK_BYTES_MAX, CHUNK_BYTES_MIN, KIND_ESP32_IMAGE, KIND_MICROPYTHON_APP, MANIFEST_BYTES, STATUS_ONLINE, TOPIC_COMMAND,
    TOPIC_HEALTH, TOPIC_IDENTITY, TOPIC_IDENTITY_ANSWER, TOPIC_INFO, TOPIC_LOG, TOPIC_OTA_ABORT_DOWN, TOPIC_OTA_CHUNK_ACK, TOPIC_OTA_COMPLETE, TOPIC_OTA_OFFER, TOPIC_OTA_REPORT,
    TOPIC_REPORTED, TOPIC_STATUS, WINDOW_MAX)
from .delivery import Delivery
from .fields import LINE_BYTES, cut, integer, text
from .offer import Profile
from .program import sentence
from .requests import Requests
from .runner import Runner
from .slots import without_empty
from .trial import Trial

VERSION = '0.1.0'
_UINT32 = 4294967295
_WAIT_MAX_MS = const(1000)
_LINES_KEPT = const(8)


class Agent:
    new_delivery = Delivery
    new_trial = Trial

    def __init__(self, settings, board, record):
        self._config = settings
        self._board = board
        self._busy = False
        # What went wrong in the midst of our work, until all was begun anew.
        self._torn = None
        self._lines = []
        self._unix = None
        # Messages refused so far, by code.
        self.refusals = {}
        self._record = record
        self.boot_store = BootStore(record, self.log)
        self._profile = Profile(settings['type'], [KIND_MICROPYTHON_APP], settings['slot_bytes'], settings['window'],
                                settings['chunk_bytes'], settings['capabilities'])
        if board.firmware:
            self._profile.kinds.append(KIND_ESP32_IMAGE)
            self._profile.firmware_bytes = board.firmware.bytes
        self._connection = Connection(settings, board, self)
        self._delivery = self.new_delivery(self.boot_store, self._profile, self)
        self._delivery.firmware = board.firmware
        self._trial = self.new_trial(record, board.now_ms(), settings['healthy_after_ms'], settings['hub_patience_ms'],
                            settings['report_retry_ms'])
        self.device_id = settings['device']
        self._requests = Requests(self)
        self.runner = Runner(self, board, self._requests)

    # Never returns.
    def run(self):
        self._delivery.restore(self._board.now_ms())
        self.runner.run(self._record.trial)
        while True:
            self.pump(_WAIT_MAX_MS)

    # Does what is due and waits at most so long for more. Never raises, whatever fails: the program has no part in it.
    def pump(self, wait_ms=0):
        if self._busy:
            # From a timer's callback in the middle of ourselves.
            self._board.sleep_ms(wait_ms)
            return
        self._busy = True
        try:
            self._poll(wait_ms)
            # Only here: where the program leaves us no memory to work with, the watchdog shall bite.
            self._board.feed()
        except Exception as e:
            self.fail(e)
        finally:
            self._busy = False
        try:
            self._requests.serve()
        except Exception as e:
            self.fail(e)

    def _poll(self, wait_ms):
        board, connection, delivery, trial = self._board, self._connection, self._delivery, self._trial
        if self._torn:
            self._begin_anew()
        if wait_ms > 0 and not delivery.working:
            due_ms = min(connection.due_ms, delivery.receiver.due_ms, trial.due_ms)
            wait_ms = min(wait_ms, _WAIT_MAX_MS, due_ms - board.now_ms())
            if wait_ms > 0:
                connection.wait(wait_ms, not delivery.receiver.busy)
        connection.poll(board.now_ms())
        delivery.poll(board.now_ms())
        if board.now_ms() >= trial.due_ms:
            self.step_trial('tick')
        if connection.online and board.now_ms() >= self.runner.health_ms:
            self._send_health()
        self._requests.send_waiting()

    # Takes a failure in the agent's own work; the next pump() begins it anew.
    def fail(self, error):
        self._torn = error
        try:
            gc.collect()
            print('edgemesh: defect:')
            sys.print_exception(error)
        except Exception:
            # Not even that: the watchdog is not fed either.
            pass

    # What failed, for want of memory perhaps, was cut off anywhere: all goes on from what the files say, as after a reset. Where this
    # fails too it is tried again, until the watchdog bites.
    def _begin_anew(self):
        now_ms = self._board.now_ms()
        self.boot_store.try_save()
        self._delivery.restart(now_ms)
        self._connection.drop(now_ms, sentence(self._torn))
        self._torn = None

    # ---- for the connection

    def welcomed(self, body):
        now_ms = self._board.now_ms()
        self._unix = body['time'] - now_ms // 1000
        self._board.set_clock(body['time'])
        self.send(TOPIC_STATUS, {'status': STATUS_ONLINE}, True)
        self._send_info()
        self._requests.send_state()
        while self._lines:
            self.send(TOPIC_LOG, self._lines.pop(0))
        self.runner.report_now()
        self._delivery.step(('online',), now_ms)
        self.step_trial('online')

    def lost(self, why):
        print('edgemesh: offline:', why)
        self._delivery.step(('offline',), self._board.now_ms())
        self.step_trial('offline')

    def take(self, kind, body):
        now_ms = self._board.now_ms()
        if kind == TOPIC_COMMAND:
            self._requests.take(body)
            return
        if kind == TOPIC_IDENTITY:
            self.send(TOPIC_IDENTITY_ANSWER, self._board.identities.take(body, self._unix + now_ms // 1000))
            self._connection.switch(now_ms)
            return
        session = integer(body, 'session', 1, _UINT32)
        if kind == TOPIC_OTA_OFFER:
            text(body, 'manifest', MANIFEST_BYTES * 4 // 3 + 4)
            text(body, 'signature', 128, '')
            integer(body, 'chunk_bytes', CHUNK_BYTES_MIN, CHUNK_BYTES_MAX)
            integer(body, 'window', 1, WINDOW_MAX)
            text(body, 'encoding', 16)
            self._refresh_profile(now_ms)
            # The next transfer ends with the next report: what became of the last one must be heard before that.
            if self._record.report and not self._record.report_heard:
                self.report_wanted()
            self._delivery.step(('offered', body), now_ms)
        elif kind == TOPIC_OTA_COMPLETE:
            self._delivery.step(('completed', session), now_ms)
        elif kind == TOPIC_OTA_ABORT_DOWN:
            self._delivery.step(('aborted', session), now_ms)
        elif kind == TOPIC_REPORTED:
            text(body, 'state', 16)
            self.step_trial('reported', body)

    def chunk(self, session, sequence, data):
        self._delivery.chunk(session, sequence, data, self._board.now_ms())

    # Logs the first, the tenth, the hundredth of each code: a flood must not fill a log.
    def refused(self, code, reason):
        count = self.refusals[code] = self.refusals.get(code, 0) + 1
        while count % 10 == 0:
            count //= 10
        if count == 1:
            self.log('Refused (%s, %d so far): %s' % (code, self.refusals[code], reason), 'warning')

    # ---- for delivery, runner and requests

    def send(self, kind, body, retain=False):
        return self._connection.send(kind, body, 0 if kind == TOPIC_OTA_CHUNK_ACK else 1, retain)

    def step_trial(self, kind, detail=None):
        sequence = self._record.sequence
        for effect in self._trial.step(kind, self._board.now_ms(), detail):
            if effect == 'persist':
                self.boot_store.try_save()
            elif effect == 'reboot':
                self.reboot()
            elif self.boot_store.flush():
                # The hub hears of nothing that the next boot would not know.
                self.send(TOPIC_OTA_REPORT, without_empty(self._record.report))
        if sequence != self._record.sequence:
            self._send_info()

    def report_wanted(self):
        self.step_trial('report_wanted')

    def reboot(self):
        print('edgemesh: boots')
        self._board.reset()

    # A line for the log, cut to LINE_BYTES of UTF-8; the last ones wait for a connection.
    def log(self, line, level='info'):
        line = cut(line, LINE_BYTES)
        print('edgemesh: %s: %s' % (level, line))
        body = {'level': level, 'text': line}
        if self.send(TOPIC_LOG, body):
            return True
        if len(self._lines) == _LINES_KEPT:
            self._lines.pop(0)
        self._lines.append(body)
        return False

    @property
    def busy(self):
        return self._busy

    # Whether a transfer goes on just now.
    @property
    def updating(self):
        return self._delivery.receiver.busy and self._connection.online

    # ---- inside

    def _send_info(self):
        settings = self._config
        info = {'type': settings['type'], 'runtime': 'micropython', 'agent': VERSION, 'kinds': self._profile.kinds,
                'sequence': self._record.sequence}
        for name in ('slot_bytes', 'window', 'chunk_bytes', 'capabilities'):
            info[name] = settings[name]
        if 'board' in settings:
            info['board'] = settings['board']
        if self._profile.firmware_bytes:
            info['firmware_bytes'] = self._profile.firmware_bytes
        image = self._record.images.get(self.runner.slot)
        if image:
            info['program_id'] = image['id']
            info['program_version'] = image['version']
        self.send(TOPIC_INFO, info, True)

    # What the hub watches after an update, counted from one message to the next.
    def _send_health(self):
        gc.collect()
        health = self.runner.health(self._config['health_every_ms'])
        health['heap_free_bytes'] = gc.mem_free()
        if self.send(TOPIC_HEALTH, health):
            self.runner.faults = 0

    def _refresh_profile(self, now_ms):
        record, profile = self._record, self._profile
        profile.sequence = record.sequence
        # The spare slot may be the one that the files still say to boot: no offer may take it before they are written.
        profile.on_trial = record.trial != '' or not self.boot_store.flush()
        profile.applied_session = record.report['session'] if record.report else 0
        profile.unix_seconds = 0 if self._unix is None else self._unix + now_ms // 1000


# In a frame of its own: what it leaves there would keep what has done its work.
def _start():
    from .startup import start
    return start(Agent)


def run():
    agent = _start()
    if agent:
        agent.run()
