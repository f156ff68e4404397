import uctypes, _host


class aes:
    def __init__(self, key, mode, iv=None):
        if len(key) not in (16, 32):
            raise ValueError('key')
        if mode not in (1, 2):
            raise ValueError('mode')
        if mode == 2 and (iv is None or len(iv) != 16):
            raise ValueError('IV')
        self._key, self._mode, self._iv, self._use = bytes(key), mode, bytearray(iv or 0), None

    def _run(self, decrypt, data, out):
        if len(data) % 16:
            raise ValueError('blksize % 16')
        if out is not None and len(out) < len(data):
            raise ValueError('output too small')
        if self._use not in (None, decrypt):
            raise ValueError("can't encrypt & decrypt")
        self._use = decrypt
        result = bytearray(len(data)) if out is None else out
        result[: len(data)] = data
        _host.aes(decrypt, self._mode == 2, uctypes.addressof(self._key), len(self._key), uctypes.addressof(self._iv), uctypes.addressof(result), len(data))
        return bytes(result) if out is None else out

    def encrypt(self, data, out=None):
        return self._run(False, data, out)

    def decrypt(self, data, out=None):
        return self._run(True, data, out)
