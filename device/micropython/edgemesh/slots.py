# What a device knows of its two slots, and every change of it; the one thing its boot depends on.
#
# The record is kept twice, since not every file system replaces a file in one step: generation g goes to the file boot{g mod 2},
# so a cut write damages only the older one. Each is JSON with a CRC-32 as its last member; what does not check counts as absent.
# Whoever changes a record writes it before acting on it.
from binascii import crc32
from .contracts import (
    NAME_LENGTH, CHUNK_BYTES_MIN, CHUNK_BYTES_MAX, IMAGE_BYTES_MAX, MANIFEST_BYTES, TRIAL_ATTEMPTS, REASON_LENGTH,
    CODE_HASH_MISMATCH, CODE_CRASH_LOOP, STATE_APPLYING, STATE_CONFIRMED, STATE_ROLLED_BACK)
from .fields import Refused, cut, digits, integer, invalid, parse_object, text
from .offer import Transfer
from .signing import open_text

_NUMBER = 999999999999999999
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
        self.transfer = None
        self.report = None
        self.report_heard = False

    @property
    def spare(self):
        return 'b' if self.confirmed == 'a' else 'a'

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

    # An offer was accepted: the spare slot's image is void from here on.
    def begin_transfer(self, transfer):
        self.images[self.spare] = None
        self.transfer = transfer

    def end_transfer(self):
        self.transfer = None

    # The transfer's image is verified and complete: the spare slot goes on trial.
    def begin_trial(self):
        m = self.transfer.manifest
        image = {'session': self.transfer.session}
        for name in ('id', 'version', 'sequence', 'size', 'sha256'):
            image[name] = m[name]
        self.trial = self.spare
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
        self.sequence = max(self.sequence, self.images[self.confirmed]['sequence'])

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


# The newer of two records read back; a new one where neither checks.
def newest(boot0, boot1):
    first, second = read(boot0), read(boot1)
    if not first:
        return second or BootRecord()
    return first if not second or first.generation > second.generation else second


# None where the record is cut, damaged or absent.
def read(data):
    o = read_checked(data)
    try:
        return o and _read(o)
    except Refused:
        return None


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
    for slot in 'ab':
        if r.images[slot]:
            o[slot] = r.images[slot]
    t = r.transfer
    if t:
        o['transfer'] = {'session': t.session, 'manifest': t.manifest_text, 'chunk_bytes': t.chunk_bytes}
    if r.report:
        o['report'] = without_empty(r.report)
        o['report_heard'] = r.report_heard
    return o


# As on the wire: an empty code or reason is left out.
def without_empty(o):
    return {name: o[name] for name in o if o[name] != '' or name not in ('code', 'reason')}


def _read(o):
    r = BootRecord()
    r.generation = integer(o, 'generation', 1, _NUMBER)
    r.images['a'] = _read_image(o, 'a')
    r.images['b'] = _read_image(o, 'b')
    r.confirmed = _slot_name(o, 'confirmed')
    r.trial = _slot_name(o, 'trial')
    r.attempts = integer(o, 'attempts', 0, 1000)
    r.faults = integer(o, 'faults', 0, 1000)
    r.fault = text(o, 'fault', REASON_LENGTH, '')
    r.probe = text(o, 'probe', 4, '')
    r.sequence = integer(o, 'sequence', 0, _NUMBER)
    t = _object(o, 'transfer')
    if t is not None:
        r.transfer = Transfer(integer(t, 'session', 1, _NUMBER), text(t, 'manifest', MANIFEST_BYTES * 2),
                              integer(t, 'chunk_bytes', CHUNK_BYTES_MIN, CHUNK_BYTES_MAX))
    r.report = _read_report(_object(o, 'report'))
    r.report_heard = o.get('report_heard') is True
    if r.trial and (r.trial == r.confirmed or not r.images[r.trial]):
        invalid('trial', 'a slot that holds an image and is not confirmed')
    return r


def _object(o, name):
    value = o.get(name)
    if name in o and type(value) is not dict:
        invalid(name, 'an object')
    return value


def _slot_name(o, name):
    slot = text(o, name, 1, '')
    if slot not in ('', 'a', 'b'):
        invalid(name, 'a or b')
    return slot


def _read_image(o, slot):
    image = _object(o, slot)
    if image is not None:
        integer(image, 'session', 0, _NUMBER)
        text(image, 'id', NAME_LENGTH)
        text(image, 'version', NAME_LENGTH)
        integer(image, 'sequence', 0, _NUMBER)
        integer(image, 'size', 1, IMAGE_BYTES_MAX)
        digits(image, 'sha256', 64)
    return image


def _read_report(report):
    if report is not None:
        integer(report, 'session', 1, 4294967295)
        for name, length in (('state', 16), ('id', NAME_LENGTH), ('version', NAME_LENGTH)):
            text(report, name, length)
        integer(report, 'sequence', 0, _NUMBER)
        report['code'] = text(report, 'code', 40, '')
        report['reason'] = text(report, 'reason', REASON_LENGTH, '')
    return report
