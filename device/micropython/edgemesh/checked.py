# Deliveries for a device with publishers' keys pinned: what must be signed is begun only once its signature was found right. Only such
# a device loads this, and the arithmetic only while it checks.
#
# To the receiver's events comes ('signature_checked', percent, signer or None, (code, reason) or None), to its effects
# ('check_signature', offer, kind), in place of any check before. A transfer under way goes on meanwhile. A signer, as the profile's
# trusted keys, has pin (the configured key, or the one whose place it took), kind, key and sequence.
import gc
import sys
from micropython import const
from .contracts import (
    CODE_INTERNAL, CODE_MANIFEST_EXPIRED, CODE_PUBLISHER_UNTRUSTED, CODE_SIGNATURE_INVALID, CODE_SIGNATURE_REQUIRED, KEY_CHAIN_LENGTH,
    KEY_STATEMENT_LENGTH, PUBLISHER_KEY_LENGTH, TOPIC_OTA_VERIFY)
from .crypto import from_base64url
from .delivery import Delivery
from .fields import text, texts
from .chunks import APPLIED
from .receiver import OtaReceiver
from .slots import key_of

_SLICES = const(16)
_PROGRESS_MS = const(2000)
_SIGNED = 'manifest', 'signature', 'publisher', 'keys'


class CheckedReceiver(OtaReceiver):
    def __init__(self, profile):
        super().__init__(profile)
        # The offer whose signature is being checked, with its transfer.
        self._checked = None
        self._percent = 0

    def _take_event(self, event, now_ms):
        kind = event[0]
        if kind == 'signature_checked':
            if self._checked:
                self._take_check(event[1], event[2], event[3], now_ms)
            return
        if kind == 'aborted' and self._checked and event[1] == self._checked[0]['session']:
            self._checked = None
        super()._take_event(event, now_ms)

    def _take_judged(self, offer, offered, now_ms):
        kind, profile, had = offered.manifest['kind'], self._profile, self._transfer
        if any(t['kind'] == kind for t in profile.trusted):
            if offered.manifest['expires'] and not profile.unix_seconds:
                self._reject(offered.session, CODE_MANIFEST_EXPIRED,
                             "The manifest expires, and the hub has told no time; set the hub's clock.")
                return
            # What was found right when the transfer began need not be checked again at every new offer of it.
            if not self._is_under_way(offered) or not had.signer or not _holds_under(had.signer, profile.trusted):
                self._begin_check(offer, offered)
                return
            offered.signer = had.signer
        super()._take_judged(offer, offered, now_ms)

    def _begin_check(self, offer, offered):
        before = self._checked
        self._checked = offer, offered
        if before and all(before[0].get(name) == offer.get(name) for name in _SIGNED):
            self._tell_percent()
        else:
            self._percent = 0
            self._do('check_signature', offer, offered.manifest['kind'])

    def _take_check(self, percent, signer, refusal, now_ms):
        offer, offered = self._checked
        self._percent = percent
        if not signer and not refusal:
            self._tell_percent()
            return
        self._checked = None
        if refusal:
            self._reject(offer['session'], *refusal)
        elif self._state != APPLIED:
            offered.signer = signer
            super()._take_judged(offer, offered, now_ms)

    def _tell_percent(self):
        if self._percent:
            self._send(TOPIC_OTA_VERIFY, {'session': self._checked[0]['session'], 'checked': 0, 'signature': self._percent})


# Whether a signature found right under a key earlier still counts.
def _holds_under(signer, trusted):
    return any(t['pin'] == signer['pin'] and t['kind'] == signer['kind']
               and (t['key'] == signer['key'] or t['sequence'] < signer['sequence']) for t in trusted)


class CheckedDelivery(Delivery):
    def __init__(self, boot_store, profile, agent, publishers):
        super().__init__(boot_store, profile, agent)
        self.receiver = CheckedReceiver(profile)
        self._publishers = publishers
        self._check = None
        self._checked_ms = None

    @property
    def working(self):
        return self._check is not None or self._hash is not None

    def step(self, event, now_ms):
        if event[0] == 'offered':
            text(event[1], 'publisher', PUBLISHER_KEY_LENGTH, '')
            texts(event[1], 'keys', KEY_CHAIN_LENGTH, KEY_STATEMENT_LENGTH)
            self._profile.trusted = [key_of(self._record.keys, p['pin'], p['kind']) or p for p in self._publishers]
        super().step(event, now_ms)

    def restart(self, now_ms):
        self._check = None
        super().restart(now_ms)

    def poll(self, now_ms):
        if self._check:
            self._check_slice(now_ms)
        super().poll(now_ms)

    def _do(self, effect):
        if effect[0] == 'check_signature':
            self._checked_ms = None
            self._check = self._checking(effect[1], effect[2])
        else:
            super()._do(effect)

    def _checking(self, offer, kind):
        gc.collect()
        from edgemesh.publishers import check
        return (yield from check(self._profile.trusted, offer, kind, from_base64url,
                                 (CODE_SIGNATURE_REQUIRED, CODE_PUBLISHER_UNTRUSTED, CODE_SIGNATURE_INVALID)))

    def _check_slice(self, now_ms):
        try:
            for _ in range(_SLICES):
                percent = next(self._check)
        except StopIteration as e:
            self._end_check(e.value[0], e.value[1], now_ms)
            return
        except MemoryError:
            self._end_check(None, (CODE_INTERNAL, 'The device has too little memory left to check the signature; offer again.'), now_ms)
            return
        if self._checked_ms is None:
            self._checked_ms = now_ms
        elif now_ms - self._checked_ms >= _PROGRESS_MS:
            self._checked_ms = now_ms
            self.step(('signature_checked', percent, None, None), now_ms)

    def _end_check(self, signer, refusal, now_ms):
        self._check = None
        package = sys.modules['edgemesh']
        for name in ('publishers', 'ed25519', 'curve25519', 'sha512'):
            sys.modules.pop('edgemesh.' + name, None)
            if hasattr(package, name):
                delattr(package, name)
        gc.collect()
        self.step(('signature_checked', 100, signer, refusal), now_ms)
