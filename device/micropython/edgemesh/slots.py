# What a device knows of its two slots, and every change of it; the one thing its boot depends on.
#
# The record is kept twice, since not every file system replaces a file in one step: generation g goes to the file boot{g mod 2},
# so a cut write damages only the older one. Each is JSON with a CRC-32 as its last member. records reads them.
# Whoever changes a record writes it before acting on it.
from binascii import crc32
from .contracts import (
    PUBLISHERS_MAX, TRIAL_ATTEMPTS, REASON_LENGTH, CODE_HASH_MISMATCH, CODE_CRASH_LOOP, STATE_APPLYING, STATE_CONFIRMED,
    STATE_ROLLED_BACK)
from .fields import cut, parse_object
from .signing import open_text

_TAIL_BYTES = 8 + 8 + 2


class BootRecord:
    def __init__(self):
        self.generation = 0
        # Slot name to image; an image is a dict with session, id, version, sequence, size, sha256.
        self.images = {'a': None, 'b': None}
        self.confirmed = ''
        self.trial = ''
        self.attempts = 0
        self.faults = 0
        self.fault = ''
        # Whether the old slot is being tried because the new one heard nothing of the hub: '', 'old' or 'done'.
        self.probe = ''
        self.sequence = 0
        # The publishers' keys that took a configured one's place (pin, kind, key, sequence): the one that signed a confirmed image
        # replaces those before it.
        self.keys = []
        self.transfer = None
        self.report = None
        self.report_heard = False

    @property
    def spare(self):
        return 'b' if self.confirmed == 'a' else 'a'

    # Where a transfer's image goes.
    @property
    def target(self):
        return self.spare

    def copy(self):
        other = type(self)()
        for name in self.__dict__:
            setattr(other, name, getattr(self, name))
        other.images = dict(self.images)
        return other

    # The bytes of the next generation, and the file (0 or 1) that they go to.
    def next(self):
        self.generation += 1
        return checked(_members(self)), self.generation % 2

    # The slot to boot now, '' where none holds a program; a trial's attempt is counted here.
    def select(self):
        if self.trial and self.probe != 'old':
            if self.attempts < TRIAL_ATTEMPTS:
                self.attempts += 1
                return self.trial
            self.condemn(CODE_CRASH_LOOP, self.fault or
                         'The board reset %d times before the program was healthy.' % self.attempts)
        return self.confirmed if self.images.get(self.confirmed) else ''

    # A slot's file is not the image that the record says: never run it.
    def broken(self, slot):
        if slot == self.trial:
            self.condemn(CODE_HASH_MISMATCH, 'The image in the slot is damaged.')
            return
        # The other slot may still hold the program confirmed before this one: an old program is better than none.
        # A transfer goes into the spare slot, and which one that is changes here: it begins anew.
        self.images[slot] = None
        self.transfer = None
        spare = self.spare
        self.confirmed = spare if spare != self.trial and self.images[spare] else ''
        if self.probe == 'old':
            # There is no old program to compare with any more: the one on trial goes on.
            self.probe = 'done'

    # An offer was accepted: the image of the slot that it goes to is void from here on.
    def begin_transfer(self, transfer):
        self.transfer = transfer
        self.images[self.target] = None

    def end_transfer(self):
        self.transfer = None

    # The transfer's image is verified and complete: the spare slot goes on trial.
    def begin_trial(self):
        m = self.transfer.manifest
        image = {'session': self.transfer.session}
        for name in ('id', 'version', 'sequence', 'size', 'sha256'):
            image[name] = m[name]
        if self.transfer.signer:
            image['signer'] = self.transfer.signer
        self.trial = self.target
        self.images[self.trial] = image
        self.attempts = self.faults = 0
        self.fault = self.probe = ''
        self.transfer = None
        self._set_report(STATE_APPLYING, '', '')

    # The program on trial is healthy and the hub knows: it boots from now on.
    def confirm(self):
        self._set_report(STATE_CONFIRMED, '', '')
        self.confirmed = self.trial
        self.trial = self.probe = ''
        image = self.images[self.confirmed]
        self.sequence = max(self.sequence, image['sequence'])
        self.succeed(image.get('signer'))

    # Where all places are taken the oldest key goes: it descends from one that is configured no longer.
    def succeed(self, signer):
        if signer and signer['sequence']:
            before = key_of(self.keys, signer['pin'], signer['kind'])
            if not before or before['sequence'] < signer['sequence']:
                self.keys = ([k for k in self.keys if k is not before] + [signer])[-PUBLISHERS_MAX:]

    # The program on trial never boots again.
    def condemn(self, code, reason):
        self._set_report(STATE_ROLLED_BACK, code, reason)
        self.images[self.trial] = None
        self.trial = self.probe = ''

    def _set_report(self, state, code, reason):
        image = self.images[self.trial]
        self.report_heard = False
        self.report = {'session': image['session'], 'state': state, 'id': image['id'], 'version': image['version'],
                       'sequence': image['sequence'], 'code': code, 'reason': cut(reason, REASON_LENGTH)}


def key_of(keys, pin, kind):
    for k in keys:
        if k['pin'] == pin and k['kind'] == kind:
            return k


# A record's bytes: JSON with a CRC-32 of what stands before it as its last member.
def checked(members):
    body = open_text(members)
    return body + _tail(body)


# A record's members; None where it is cut, damaged or absent.
def read_checked(data):
    if not data or len(data) <= _TAIL_BYTES:
        return None
    if _tail(memoryview(data)[:-_TAIL_BYTES]) != data[-_TAIL_BYTES:]:
        return None
    return parse_object(data)


def _tail(body):
    return (',"crc":"%08x"}' % (crc32(body) & 0xFFFFFFFF)).encode()


def _members(r):
    o = {'generation': r.generation, 'attempts': r.attempts, 'faults': r.faults, 'sequence': r.sequence}
    for name in ('confirmed', 'trial', 'fault', 'probe'):
        if getattr(r, name):
            o[name] = getattr(r, name)
    for slot in 'abf':
        if r.images.get(slot):
            o[slot] = r.images[slot]
    t = r.transfer
    if t:
        o['transfer'] = {'session': t.session, 'manifest': t.manifest_text, 'chunk_bytes': t.chunk_bytes}
        if t.signer:
            o['transfer']['signer'] = t.signer
    if r.keys:
        o['keys'] = r.keys
    if r.report:
        o['report'] = without_empty(r.report)
        o['report_heard'] = r.report_heard
    return o


# As on the wire: an empty code or reason is left out.
def without_empty(o):
    return {name: o[name] for name in o if o[name] != '' or name not in ('code', 'reason')}
