# The receiver's chunks: where each goes, and when it is acknowledged. A part of receiver, whose rules hold here too.
from micropython import const
from .contracts import (
    TOPIC_OTA_CHUNK_ACK, TOPIC_OTA_ABORT_UP, CODE_CHUNK_OUT_OF_RANGE, CODE_CHUNK_LENGTH_WRONG, CODE_STALE_SESSION)
from .link import NEVER

_ACK_DELAY_MS = const(100)
# What a power cut may cost; a flush costs the flash an erased block, so there is not one for every acknowledgement.
_FLUSH_DELAY_MS = const(1000)
NUDGE_MS = const(2000)

# The receiver's states.
IDLE = const(0)
RECEIVING = const(1)
VERIFYING = const(2)
VERIFIED = const(3)
APPLIED = const(4)

# Effects without arguments are made once.
_APPEND = ('append',)
_FLUSH = ('flush',)


class Chunks:
    def _take_chunk(self, session, sequence, length, now_ms):
        transfer = self._transfer
        if self._state == IDLE or session != transfer.session:
            self._refuse_stale(session)
            return
        if sequence >= transfer.chunk_count:
            self._do('refuse', CODE_CHUNK_OUT_OF_RANGE, 'Chunk %d lies outside the image of %d.' % (
                sequence, transfer.chunk_count))
            return
        if length != transfer.length_of(sequence):
            self._do('refuse', CODE_CHUNK_LENGTH_WRONG, 'Chunk %d has %d bytes instead of %d.' % (
                sequence, length, transfer.length_of(sequence)))
            return
        if self._state != RECEIVING or sequence >= self.next + self._window:
            return
        self._restart_nudges(now_ms)
        if sequence == self.next:
            filled_hole = self._held != 0
            if self.next == self._flushed_next:
                self._flush_due_ms = now_ms + _FLUSH_DELAY_MS
            self._effects.append(_APPEND)
            self._advance()
            self._acknowledge(filled_hole or self.next == transfer.chunk_count, now_ms)
            self._verify_if_whole()
            return
        bit = 1 << (sequence - self.next - 1) if sequence > self.next else 0
        repeated = bit == 0 or self._held & bit != 0
        first_gap = self._held == 0
        if not repeated:
            self._held |= bit
            self._do('hold', sequence)
        self._acknowledge(repeated or first_gap, now_ms)

    def _advance(self):
        while True:
            more = self._held & 1
            self._held >>= 1
            self.next += 1
            if not more:
                return
            self._do('append_held', self.next)

    def _acknowledge(self, at_once, now_ms):
        self._unacknowledged += 1
        if self._unacknowledged == 1:
            self._ack_due_ms = now_ms + _ACK_DELAY_MS
        if at_once or self._unacknowledged >= max(1, self._window // 4):
            self._send_ack(now_ms)
        elif self._online:
            self.due_ms = min(self.due_ms, self._ack_due_ms)

    def _send_ack(self, now_ms):
        if now_ms >= self._flush_due_ms or not self._online:
            self._flush_what_is_new()
        self._unacknowledged = 0
        self._send(TOPIC_OTA_CHUNK_ACK, {
            'session': self._transfer.session, 'next': self.next, 'bitmap': '%016x' % self._held})

    def _flush_what_is_new(self):
        if self.next != self._flushed_next:
            self._flushed_next = self.next
            self._effects.append(_FLUSH)

    def _restart_nudges(self, now_ms):
        self._nudge_ms = NUDGE_MS
        self.due_ms = now_ms + self._nudge_ms if self._online and self._state == RECEIVING else NEVER

    def _refuse_stale(self, session):
        reason = 'Session %d is not under way here; the hub must offer again.' % session
        self._do('refuse', CODE_STALE_SESSION, reason)
        if self._online and session != self._stale_session:
            self._stale_session = session
            self._send(TOPIC_OTA_ABORT_UP, {'session': session, 'code': CODE_STALE_SESSION, 'reason': reason})
