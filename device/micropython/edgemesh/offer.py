# An offered image: what is kept of an accepted offer, and whether the device takes it.
from .contracts import (
    IMAGE_BYTES_MAX, CODE_DEVICE_TYPE_MISMATCH, CODE_KIND_UNSUPPORTED, CODE_IMAGE_TOO_LARGE,
    CODE_REQUIREMENT_MISSING, CODE_SEQUENCE_NOT_ABOVE, CODE_MANIFEST_EXPIRED, CODE_MANIFEST_INVALID, CODE_ENCODING_UNSUPPORTED,
    CODE_TRIAL_IN_PROGRESS, ENCODING_RAW, ENCODING_BASE64, KIND_ESP32_IMAGE)
from .crypto import from_base64url
from .fields import Refused, digits, integer, invalid, is_name, is_version, parse_object, texts

_NUMBER = 999999999999999999


class Transfer:
    # Raises Refused where the manifest cannot be read.
    def __init__(self, session, manifest_text, chunk_bytes):
        self.session = session
        self.manifest_text = manifest_text
        self.chunk_bytes = chunk_bytes
        # The publisher's key whose signature was found right; None where none was asked for.
        self.signer = None
        self.manifest = m = _read_manifest(manifest_text)
        self.size = m['size']
        self.chunk_count = (m['size'] - 1) // chunk_bytes + 1

    def length_of(self, sequence):
        return self.size - sequence * self.chunk_bytes if sequence == self.chunk_count - 1 else self.chunk_bytes


def _read_manifest(manifest_text):
    data = from_base64url(manifest_text)
    if data is None:
        raise Refused(CODE_MANIFEST_INVALID, 'the manifest is not base64url')
    m = parse_object(data)
    if m is None:
        raise Refused(CODE_MANIFEST_INVALID, 'the manifest is not a JSON object')
    for name in ('id', 'kind', 'device_type'):
        if not is_name(m.get(name)):
            invalid(name, 'a name')
    if not is_version(m.get('version')):
        invalid('version', "printable, without space and '@'")
    integer(m, 'sequence', 1, _NUMBER)
    integer(m, 'size', 1, IMAGE_BYTES_MAX)
    digits(m, 'sha256', 64)
    m['requires'] = texts(m, 'requires', 16)
    integer(m, 'created', 0, _NUMBER)
    m['expires'] = integer(m, 'expires', 0, _NUMBER, 0)
    return m


# What a device knows of itself when it judges an offer.
class Profile:
    def __init__(self, device_type, kinds, slot_bytes, window, chunk_bytes, capabilities):
        self.device_type = device_type
        self.kinds = kinds
        self.slot_bytes = slot_bytes
        # Room for a firmware; 0 where slot_bytes holds for all kinds.
        self.firmware_bytes = 0
        self.window = window
        self.chunk_bytes = chunk_bytes
        self.capabilities = capabilities
        self.sequence = 0
        self.on_trial = False
        self.applied_session = 0
        # 0 while unknown, when no manifest counts as expired.
        self.unix_seconds = 0


# The refusal as code and sentence; None where the image is welcome.
def judge(offered, encoding, device):
    m = offered.manifest
    if encoding not in (ENCODING_RAW, ENCODING_BASE64):
        return CODE_ENCODING_UNSUPPORTED, 'The encoding "%s" is unknown; use raw or base64.' % encoding
    if offered.chunk_bytes > device.chunk_bytes:
        return CODE_ENCODING_UNSUPPORTED, 'Chunks of %d bytes are too large; this device takes %d.' % (
            offered.chunk_bytes, device.chunk_bytes)
    if m['device_type'] != device.device_type:
        return CODE_DEVICE_TYPE_MISMATCH, 'The image is for "%s", this device is "%s"; offer an image made for it.' % (
            m['device_type'], device.device_type)
    if m['kind'] not in device.kinds:
        return CODE_KIND_UNSUPPORTED, 'This device cannot run images of the kind "%s".' % m['kind']
    slot_bytes = m['kind'] == KIND_ESP32_IMAGE and device.firmware_bytes or device.slot_bytes
    if m['size'] > slot_bytes:
        return CODE_IMAGE_TOO_LARGE, 'The image has %d bytes, the slot takes %d; make the image smaller.' % (m['size'], slot_bytes)
    for capability in m['requires']:
        if capability not in device.capabilities:
            return CODE_REQUIREMENT_MISSING, 'The image requires "%s", which this device lacks.' % capability
    if m['sequence'] <= device.sequence:
        return CODE_SEQUENCE_NOT_ABOVE, (
            "The manifest's sequence %d is not above %d, the highest confirmed; make a new manifest for the image." % (
                m['sequence'], device.sequence))
    if 0 < m['expires'] < device.unix_seconds:
        return CODE_MANIFEST_EXPIRED, 'The manifest has expired; make a new one for the image.'
    if device.on_trial:
        return CODE_TRIAL_IN_PROGRESS, 'A program is on trial; offer again when it is confirmed or rolled back.'
    return None
