"""The boot record: what a device's next boot depends on. It is written before it is acted on."""
import json
import os
import zlib


class Record:
    """Two files in turn, each with a CRC-32: a cut write costs the older one."""

    def __init__(self, folder):
        self._folder = folder
        found = [r for r in (self._read(i) for i in (0, 1)) if r]
        self.members = max(found, key=lambda r: r["generation"], default={
            "generation": 0, "attempts": 0, "faults": 0, "sequence": 0, "a": None, "b": None, "confirmed": "", "trial": "", "transfer": None, "report": None, "report_heard": False})

    def __getitem__(self, name):
        return self.members[name]

    @property
    def spare(self):
        return "b" if self["confirmed"] == "a" else "a"

    def slot(self, name):
        return os.path.join(self._folder, name + ".img")

    def save(self, **changes):
        self.members.update(changes, generation=self["generation"] + 1)
        opened = json.dumps(self.members, separators=(",", ":")).encode()[:-1]
        with open(self._path(self["generation"] % 2), "wb") as f:
            f.write(opened + b',"crc":"%08x"}' % zlib.crc32(opened))
            f.flush()
            os.fsync(f.fileno())

    def end_trial(self, state, **report):
        """Confirmed or rolled back, in one write."""
        slot = self["trial"]
        image = self[slot]
        about = {n: image[n] for n in ("session", "id", "version", "sequence")}
        changes = {"confirmed": slot, "sequence": max(self["sequence"], image["sequence"])} if state == "confirmed" else {slot: None}
        self.save(trial="", report=dict(about, state=state, **report), report_heard=False, **changes)

    def _path(self, i):
        return os.path.join(self._folder, "boot%d" % i)

    def _read(self, i):
        try:
            with open(self._path(i), "rb") as f:
                data = f.read()
            opened = data[:-18]
            return json.loads(data) if data[-18:] == b',"crc":"%08x"}' % zlib.crc32(opened) else None
        except (OSError, ValueError):
            return None
