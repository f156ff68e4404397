# The device's side of a delivery: takes an offer, collects chunks, verifies, and asks for the image to be applied.
#
# Pure: an event and the time go in, effects come out, both tuples that begin with their name. Rules it keeps: nothing is
# written before the offer is judged and recorded; what ACCEPT and VERIFY say is there is flushed, while an acknowledgement only
# moves the window, and what it names is flushed a second later; the slot's file is only appended to; no image is applied whose
# hash is not the manifest's, or without the hub's COMPLETE. It does not touch boot records, run programs, or check signatures.
# Nothing is sent while offline, since the offer that follows asks for all of it.
#
# Events                                    Effects, to be carried out in their order
# ('restored', transfer, stored bytes)      ('send', kind of topic, body)
# ('online',) ('offline',) ('tick',)        ('open_slot', transfer)  record it, then empty the slot's file
# ('offered', offer)                        ('adopt', transfer)  record the new session
# ('chunk_arrived', session, sequence,      ('trim', bytes)  ('append',)  ('hold', sequence)  ('append_held', sequence)
#   length)                                 ('flush',)  ('hash',)  ('discard',)  ('apply', transfer)
# ('hashed', bytes, sha256 or '')           ('report',)  send the report of the image applied last again
# ('completed', session)                    ('refuse', code, reason)
# ('aborted', session)
# ('storage_failed', code)
from micropython import const
from .chunks import APPLIED, IDLE, NUDGE_MS, RECEIVING, VERIFIED, VERIFYING, Chunks
from .contracts import (
    TOPIC_OTA_ACCEPT, TOPIC_OTA_REJECT, TOPIC_OTA_VERIFY, TOPIC_OTA_ABORT_UP, CODE_MANIFEST_INVALID, CODE_HASH_MISMATCH,
    CODE_STALE_SESSION, CODE_STORAGE_FULL)
from .fields import Refused
from .link import NEVER
from .offer import Transfer, judge

_NUDGE_MAX_MS = const(30000)
_DISCARD = ('discard',)


class OtaReceiver(Chunks):
    def __init__(self, profile):
        self._profile = profile
        self._state = IDLE
        self._transfer = None
        self.next = 0
        self._held = 0
        self._flushed_next = 0
        self._flush_due_ms = 0
        self._window = 1
        self._unacknowledged = 0
        self._restored = False
        self._online = False
        self._sha256 = ''
        self._stale_session = 0
        self._nudge_ms = NUDGE_MS
        self.due_ms = NEVER

    @property
    def busy(self):
        return self._state != IDLE

    def step(self, event, now_ms):
        do = self._effects = []
        self._take_event(event, now_ms)
        self._effects = None
        return do

    def _take_event(self, event, now_ms):
        kind = event[0]
        if kind == 'chunk_arrived':
            self._take_chunk(event[1], event[2], event[3], now_ms)
        elif kind == 'tick':
            self._tick(now_ms)
        elif kind == 'hashed':
            self._take_hash(event[1], event[2], now_ms)
        elif kind == 'online':
            self._online = True
            if self._state == VERIFIED:
                self.due_ms = now_ms
        elif kind == 'offline':
            self._online = False
            self.due_ms = NEVER
            self._flush_what_is_new()
        elif kind == 'offered':
            self._take_offer(event[1], now_ms)
        elif kind == 'restored':
            self._restore(event[1], event[2])
        elif kind == 'completed':
            self._take_complete(event[1])
        elif kind == 'aborted':
            if self._state not in (IDLE, APPLIED) and event[1] == self._transfer.session:
                self._end()
        elif kind == 'storage_failed' and self._state != IDLE:
            self._fail(event[1], (
                "The slot's storage is full; remove files from the device or make the image smaller."
                if event[1] == CODE_STORAGE_FULL else
                "The slot's storage failed; try again, and replace the device if it stays so."))

    def _do(self, *effect):
        self._effects.append(effect)

    def _send(self, kind, body):
        if self._online:
            self._do('send', kind, body)

    def _restore(self, transfer, stored_bytes):
        self._transfer = transfer
        self._restored = True
        self.next = transfer.chunk_count if stored_bytes >= transfer.size else stored_bytes // transfer.chunk_bytes
        # A reset leaves what was written and not flushed in sight of the next boot, but not of the one after it.
        self._flushed_next = 0
        self._state = RECEIVING
        whole = min(self.next * transfer.chunk_bytes, transfer.size)
        if whole != stored_bytes:
            self._do('trim', whole)
        self._verify_if_whole()

    def _take_offer(self, offer, now_ms):
        if self._state == APPLIED:
            return
        session = offer['session']
        if session == self._profile.applied_session:
            self._do('report')
            return
        try:
            offered = Transfer(session, offer['manifest'], offer['chunk_bytes'])
        except Refused as e:
            self._reject(session, CODE_MANIFEST_INVALID, 'The offer is refused: %s.' % e.reason)
            return
        refusal = judge(offered, offer['encoding'], self._profile)
        if refusal:
            self._reject(session, *refusal)
            return
        self._take_judged(offer, offered, now_ms)

    def _is_under_way(self, offered):
        had = self._transfer
        return self._state != IDLE and had.manifest_text == offered.manifest_text and had.chunk_bytes == offered.chunk_bytes

    def _take_judged(self, offer, offered, now_ms):
        self._window = min(offer['window'], self._profile.window)
        if not self._is_under_way(offered):
            self._begin(offered)
        elif self._transfer.session != offered.session:
            self._transfer = offered
            self._do('adopt', offered)
        self._send_accept(now_ms)
        if self._state == VERIFIED:
            self._send_verified(now_ms)

    def _reject(self, session, code, reason):
        self._send(TOPIC_OTA_REJECT, {'session': session, 'code': code, 'reason': reason})
        if self._state != IDLE and session == self._transfer.session:
            # The hub drops a rejected session, so its chunks would never come: an image may expire half way.
            self._end()

    def _begin(self, transfer):
        if self._state != IDLE:
            self._effects.append(_DISCARD)
        self._transfer = transfer
        self.next = self._flushed_next = self._held = 0
        self._restored = False
        self._state = RECEIVING
        self._do('open_slot', transfer)

    def _send_accept(self, now_ms):
        self._flush_what_is_new()
        self._unacknowledged = 0
        self._send(TOPIC_OTA_ACCEPT, {'session': self._transfer.session, 'next': self.next, 'window': self._window})
        self._restart_nudges(now_ms)

    def _verify_if_whole(self):
        if self.next == self._transfer.chunk_count:
            self._flush_what_is_new()
            self._state = VERIFYING
            self.due_ms = NEVER
            self._do('hash')

    def _take_hash(self, count, sha256, now_ms):
        if self._state != VERIFYING:
            return
        wanted = self._transfer.manifest['sha256']
        if not sha256:
            self._send(TOPIC_OTA_VERIFY, {'session': self._transfer.session, 'checked': count})
        elif sha256 == wanted:
            self._state = VERIFIED
            self._sha256 = sha256
            self._nudge_ms = NUDGE_MS
            if self._online:
                self._send_verified(now_ms)
        elif self._restored:
            # What an earlier boot left in the slot was not what the hub sent: fetch it once more, from the start.
            self._begin(self._transfer)
            self._send_accept(now_ms)
        else:
            self._fail(CODE_HASH_MISMATCH, "The received image's SHA-256 is %s, the manifest's %s." % (sha256, wanted))

    def _send_verified(self, now_ms):
        self._send(TOPIC_OTA_VERIFY, {
            'session': self._transfer.session, 'checked': self._transfer.size, 'sha256': self._sha256})
        self.due_ms = now_ms + self._nudge_ms
        self._nudge_ms = min(self._nudge_ms * 2, _NUDGE_MAX_MS)

    def _take_complete(self, session):
        if self._state == VERIFIED and session == self._transfer.session:
            self._state = APPLIED
            self.due_ms = NEVER
            self._do('apply', self._transfer)
        elif self._state != APPLIED:
            self._do('refuse', CODE_STALE_SESSION, 'COMPLETE for session %d, of which no verified image is here.' % session)

    def _fail(self, code, reason):
        self._send(TOPIC_OTA_ABORT_UP, {'session': self._transfer.session, 'code': code, 'reason': reason})
        self._end()

    def _end(self):
        self._state = IDLE
        self._held = 0
        self.due_ms = NEVER
        self._effects.append(_DISCARD)

    def _tick(self, now_ms):
        if now_ms < self.due_ms or not self._online:
            return
        self.due_ms = NEVER
        if self._state == VERIFIED:
            self._send_verified(now_ms)
        elif self._state == RECEIVING:
            if self._unacknowledged == 0:
                self._nudge_ms = min(self._nudge_ms * 2, _NUDGE_MAX_MS)
            self._send_ack(now_ms)
            self.due_ms = now_ms + self._nudge_ms
