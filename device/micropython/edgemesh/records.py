# Boot records read back, at boot and never again: the two files, of which what does not check counts as absent.
from .contracts import NAME_LENGTH, CHUNK_BYTES_MIN, CHUNK_BYTES_MAX, IMAGE_BYTES_MAX, MANIFEST_BYTES, REASON_LENGTH
from .fields import Refused, digits, integer, invalid, text
from .offer import Transfer
from .slots import BootRecord, read_checked

# Of ESP-IDF's partition tables.
_LABEL_LENGTH = 16
_NUMBER = 999999999999999999


# The newer of two records read back; a new one where neither checks. make: the record's class.
def newest(boot0, boot1, make=BootRecord):
    first, second = read(boot0, make), read(boot1, make)
    if not first:
        return second or make()
    return first if not second or first.generation > second.generation else second


# None where the record is cut, damaged or absent.
def read(data, make=BootRecord):
    o = read_checked(data)
    try:
        return o and _read(o, make())
    except Refused:
        return None


def _read(o, r):
    r.generation = integer(o, 'generation', 1, _NUMBER)
    r.images['a'] = _read_image(o, 'a')
    r.images['b'] = _read_image(o, 'b')
    if 'f' in o:
        # The firmware, of a board that can update it.
        r.images['f'] = _read_image(o, 'f')
        text(r.images['f'], 'partition', _LABEL_LENGTH)
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
        r.transfer.signer = _object(t, 'signer')
    # Keys are what this agent wrote, by the checksum.
    r.keys = o.get('keys', [])
    r.report = _read_report(_object(o, 'report'))
    r.report_heard = o.get('report_heard') is True
    if r.trial and (r.trial == r.confirmed or not r.images.get(r.trial)):
        invalid('trial', 'a slot that holds an image and is not confirmed')
    return r


def _object(o, name):
    value = o.get(name)
    if name in o and type(value) is not dict:
        invalid(name, 'an object')
    return value


def _slot_name(o, name):
    slot = text(o, name, 1, '')
    if slot not in ('', 'a', 'b') and not (slot == 'f' and name == 'trial'):
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
