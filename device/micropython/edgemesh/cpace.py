# One side of CPACE-X25519-SHA512 (draft-irtf-cfrg-cpace-21), initiator-responder, with the draft's key confirmation (9.4).
# Import it for an enrolment; with sha512 and curve25519 it is large.
from edgemesh.crypto import equal
from edgemesh.curve25519 import LADDER, MAP, elligator2, x25519
from edgemesh.sha512 import hmac_sha512, sha512

MULTIPLICATIONS = MAP + 2 * LADDER


# Each string after its length in LEB128 (lv_cat).
def _concatenate(*strings):
    result = b''
    for s in strings:
        length = len(s)
        while length > 127:
            result += bytes((length & 127 | 128,))
            length >>= 7
        result += bytes((length,)) + s
    return result


class CPace:
    # random: 32 bytes for the scalar. ad: associated data that goes with this side's share in clear.
    def __init__(self, initiator, prs, ci, sid, ad, random):
        self._initiator = initiator
        self._inputs = prs, ci, sid
        self._ad = ad
        self._scalar = random
        self._peer = self._isk = None
        self._work = self._make_share()
        self._done = 0
        self.share = self.tag = None
        self.refused = False

    # 0 to 100.
    def progress(self):
        return self._done * 100 // MULTIPLICATIONS

    # Does so many field multiplications, and up to one power more. True where there is nothing to do at present: the share is there,
    # and, once the other side's was received, so is the tag or a refusal.
    def step(self, multiplications):
        end = self._done + multiplications
        while self._done < end:
            if not self._work:
                if not self._peer or self.tag or self.refused:
                    return True
                self._work = self._make_key()
            try:
                self._done += next(self._work)
            except StopIteration:
                self._work = None
        return False

    # The other side's share and associated data, at any time. False where they are refused; a second one changes nothing.
    def receive(self, share, ad):
        if self._peer or self.refused:
            return False
        if len(share) != 32:
            self.refused = True
            return False
        self._peer = bytes(share), bytes(ad)
        return True

    # The key of 64 bytes where the tag is the other side's; else None, and the exchange is over.
    def confirm(self, tag):
        isk, self._isk = self._isk, None
        if isk and equal(self._authenticate(isk, *self._peer), tag):
            return isk

    def _make_share(self):
        prs, ci, sid = self._inputs
        start = _concatenate(b'CPace255', prs)
        point = yield from elligator2(sha512(start, _concatenate(bytes(max(0, 127 - len(start))), ci, sid))[:32])
        self.share = yield from x25519(self._scalar, point)

    def _make_key(self):
        secret = yield from x25519(self._scalar, self._peer[0])
        self._scalar = None
        # Zero comes of a point of small order, which makes the key known; one's own share sent back, of a tag to be sent back.
        if secret == bytes(32) or self._peer[0] == self.share:
            self.refused = True
            return
        messages = _concatenate(self.share, self._ad), _concatenate(*self._peer)
        if not self._initiator:
            messages = messages[1], messages[0]
        self._isk = sha512(_concatenate(b'CPace255_ISK', self._inputs[2], secret), *messages)
        self.tag = self._authenticate(self._isk, self.share, self._ad)

    def _authenticate(self, isk, share, ad):
        return hmac_sha512(sha512(b'CPaceMac', self._inputs[2], isk), _concatenate(share, ad))
