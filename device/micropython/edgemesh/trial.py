# From an applied image to the hub's knowledge of what became of it.
#
# Pure, but for the boot record that it changes. A program on trial is confirmed when it is healthy and the hub has answered its
# report. The hub's silence alone does not condemn it: after a time the old slot is tried, and only if that reaches the hub
# is the new one to blame. A confirmed program is never touched here.
#
# Events: 'running', 'faulted' (with its sentence), 'online', 'offline', 'reported' (with the answer's body), 'report_wanted', 'tick'.
# Effects, in this order: 'persist' the record, 'send_report', 'reboot'.
from .contracts import TRIAL_ATTEMPTS, REASON_LENGTH, CODE_CRASH_LOOP, CODE_HUB_UNREACHABLE, STATE_APPLYING
from .fields import cut
from .link import NEVER

_AGAIN_FACTOR = 6


class Trial:
    def __init__(self, record, now_ms, healthy_after_ms=10000, hub_patience_ms=600000, report_retry_ms=10000):
        self._record = record
        self._start_ms = self._silent_since_ms = now_ms
        self._healthy_after_ms = healthy_after_ms
        self._hub_patience_ms = hub_patience_ms
        self._report_retry_ms = report_retry_ms
        self._healthy_ms = NEVER
        self._healthy = False
        self._online = False
        self._report_ms = NEVER

    @property
    def due_ms(self):
        return min(self._healthy_ms, self._report_ms, self._patience_end_ms())

    def step(self, kind, now_ms, detail=None):
        do = self._effects = []
        record = self._record
        if kind == 'running':
            if record.trial and not self._probes_old() and not self._healthy and self._healthy_ms == NEVER:
                self._healthy_ms = now_ms + self._healthy_after_ms
        elif kind == 'faulted':
            self._take_fault(detail)
        elif kind == 'online':
            self._go_online(now_ms)
        elif kind == 'offline':
            if self._online:
                self._silent_since_ms = now_ms
            self._online = False
            self._report_ms = NEVER
        elif kind == 'reported':
            self._take_reported(detail, now_ms)
        elif kind == 'report_wanted':
            record.report_heard = False
            self._schedule_report(now_ms)
        self._tick(now_ms)
        return do

    def _probes_old(self):
        return self._record.trial != '' and self._record.probe == 'old'

    # That the new one has spoken with the hub before does not count: it may have cut itself off since. The hub may have been down just
    # while the old slot was tried, so it is tried again, less often: a program that cuts the device off would else stay for ever.
    def _patience_end_ms(self):
        if self._probes_old():
            return self._start_ms + self._hub_patience_ms
        if self._record.trial and self._healthy and not self._online:
            return self._silent_since_ms + (_AGAIN_FACTOR if self._record.probe else 1) * self._hub_patience_ms
        return NEVER

    def _report_due(self):
        record = self._record
        return (record.report and not record.report_heard and self._online
                and (not record.trial or (self._healthy and not self._probes_old())))

    def _take_fault(self, sentence):
        self._healthy_ms = NEVER
        record = self._record
        if not record.trial or self._probes_old():
            return
        self._healthy = False
        record.faults += 1
        record.fault = cut(sentence, REASON_LENGTH)
        if record.faults >= TRIAL_ATTEMPTS:
            record.condemn(CODE_CRASH_LOOP, record.fault)
        self._persist_and_reboot()

    def _go_online(self, now_ms):
        self._online = True
        if self._probes_old():
            self._record.condemn(CODE_HUB_UNREACHABLE, 'The new program did not reach the hub, the one before it did.')
            self._effects.append('persist')
        self._schedule_report(now_ms)

    def _take_reported(self, reported, now_ms):
        record = self._record
        report = record.report
        if not report or reported['session'] != report['session'] or reported['state'] != report['state']:
            return
        if reported['state'] == STATE_APPLYING:
            if record.trial and self._healthy:
                record.confirm()
                self._effects.append('persist')
                self._schedule_report(now_ms)
        elif not record.report_heard:
            record.report_heard = True
            self._report_ms = NEVER
            self._effects.append('persist')

    def _tick(self, now_ms):
        if now_ms >= self._healthy_ms:
            self._healthy_ms = NEVER
            self._healthy = True
            self._schedule_report(now_ms)
        if now_ms >= self._patience_end_ms():
            self._record.probe = 'done' if self._probes_old() else 'old'
            self._record.attempts = 0
            self._persist_and_reboot()
        if now_ms >= self._report_ms:
            self._report_ms = NEVER
            if self._report_due():
                self._effects.append('send_report')
                self._report_ms = now_ms + self._report_retry_ms

    def _schedule_report(self, now_ms):
        if self._report_due():
            self._report_ms = now_ms

    def _persist_and_reboot(self):
        self._report_ms = NEVER
        self._effects.append('persist')
        self._effects.append('reboot')
