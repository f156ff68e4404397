"""A whole EdgeMesh device in one file and Python's standard library, written from docs/write-a-device.md: begin there.

    python3 device.py --config edgemesh.json --state FOLDER

Its programs are MicroPython-like files that it runs in a process of their own: healthy is what is still running after healthy_after_ms.
It does not do what a device may leave out: encryption, publishers' signatures, holding chunks that come out of turn, enrolment, commands.
"""
import argparse
import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
import zlib

import mqtt

ROOT = "edgemesh/v1"
NUMBER = 999999999999999999
TAIL_BYTES = len(',"mac":""}') + 64


class Refused(Exception):
    pass


# ---- keys, signatures, sessions: pure, and held to shared/vectors by vectors.py

def hkdf(secret, salt, info):
    """HKDF-SHA256 (RFC 5869), its first 32 bytes: one round of expansion. No salt is 32 zero bytes."""
    key = hmac.digest(salt or bytes(32), secret, "sha256")
    return hmac.digest(key, info + b"\x01", "sha256")


class DeviceKey:
    def __init__(self, secret, site, device):
        self._derive = lambda salt, use: hkdf(secret, salt, ("%s %s %s/%s" % (ROOT, use, site, device)).encode())
        self.handshake = self._derive(b"", "handshake")
        self.broker_password = base64.urlsafe_b64encode(self._derive(b"", "broker-password")).rstrip(b"=").decode()

    def session(self, device_nonce, hub_nonce):
        salt = device_nonce + hub_nonce
        return self._derive(salt, "session-up"), self._derive(salt, "session-down")


def sign(key, topic, body):
    opened = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()[:-1]
    return opened + b',"mac":"' + hmac.new(key, topic.encode() + b"\0" + opened, "sha256").hexdigest().encode() + b'"}'


def signed(key, topic, payload):
    opened = payload[:-TAIL_BYTES]
    tail = b',"mac":"' + hmac.new(key, topic.encode() + b"\0" + opened, "sha256").hexdigest().encode() + b'"}'
    return len(opened) > 0 and hmac.compare_digest(payload[-TAIL_BYTES:], tail)


def body_of(payload):
    """The members of a payload whose signature was right."""
    body = json.loads(payload[:-TAIL_BYTES] + b"}")
    if type(body) is not dict:
        raise Refused("message_invalid")
    return body


def chunk_of(key, topic, frame):
    """(session, sequence, data) of a chunk frame."""
    tag = hmac.digest(key, topic.encode() + b"\0" + frame[:9] + frame[17:], "sha256")[:8]
    if len(frame) <= 17 or frame[0] != 1 or not hmac.compare_digest(tag, frame[9:17]):
        raise Refused("signature_invalid")
    return int.from_bytes(frame[1:5], "big"), int.from_bytes(frame[5:9], "big"), frame[17:]


class ReplayWindow:
    def __init__(self):
        self._highest = 0
        self._seen = set()

    def accept(self, counter):
        if counter < 1 or counter <= self._highest - 64 or counter in self._seen:
            return False
        self._highest = max(self._highest, counter)
        self._seen = {c for c in self._seen if c > self._highest - 64} | {counter}
        return True


class Session:
    def __init__(self, up, down):
        self._up = up
        self.down = down
        self._counter = 0
        self._window = ReplayWindow()

    def seal(self, topic, body):
        self._counter += 1
        return sign(self._up, topic, dict(body, n=self._counter))

    def open(self, topic, payload):
        if not signed(self.down, topic, payload):
            raise Refused("signature_invalid")
        body = body_of(payload)
        if not self._window.accept(whole(body, "n", 1, NUMBER)):
            raise Refused("replayed")
        return body


def whole(body, name, low, high):
    value = body.get(name)
    if type(value) is not int or not low <= value <= high:
        raise Refused("message_invalid")
    return value


# ---- the boot record: what the boot depends on, written before it is acted on

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


# ---- the device

class Device:
    def __init__(self, config, folder):
        self._config = config
        self._site, self._id = config["site"], config["device"]
        self._key = DeviceKey(bytes.fromhex(config["key"]), self._site, self._id)
        self._record = Record(folder)
        self._session = self._nonce = self._hub = self._manifest = None
        self._next = self._window = self._verified = 0
        self._hello_s = self._report_s = 0
        self._program = None

    def run(self):
        self._boot()
        wait_s = 1
        while True:
            try:
                self._connect()
                wait_s = 1
                while True:
                    self._turn()
            except OSError as e:
                say("offline: %s" % e)
                self._session = None
                time.sleep(wait_s)
                wait_s = min(2 * wait_s, 60)

    def topic(self, kind):
        return "%s/%s/devices/%s/%s" % (ROOT, self._site, self._id, kind)

    def _connect(self):
        c = self._config
        will = self.topic("up/status"), b'{"status":"lost"}'
        self._mqtt = mqtt.Client(c["host"], c["port"], self._id, self._id, self._key.broker_password, will, c.get("ca"))
        self._mqtt.subscribe(self.topic("down/#"), "%s/%s/hub/status" % (ROOT, self._site))
        self._hello()

    def _hello(self):
        self._nonce = os.urandom(16)
        self._hello_s = time.monotonic()
        body = {"v": 1, "nonce": self._nonce.hex()}
        if self._config.get("ca"):
            body["tls"] = True
        self._mqtt.publish(self.topic("up/hello"), sign(self._key.handshake, self.topic("up/hello"), body))

    def _send(self, kind, body, quality=1, retain=False):
        if self._session:
            self._mqtt.publish(self.topic(kind), self._session.seal(self.topic(kind), body), quality, retain)

    def _turn(self):
        message = self._mqtt.receive(0.2)
        if message:
            try:
                self._take(*message)
            except (Refused, ValueError, KeyError, TypeError) as e:
                say("refused on %s: %s" % (message[0], e))
        if self._nonce and time.monotonic() - self._hello_s > 2:
            self._hello()
        self._watch_program()

    def _take(self, topic, payload, retained):
        if len(payload) > 20000:
            raise Refused("message_too_large")
        if topic.endswith("/hub/status"):
            status = json.loads(payload)
            if status["status"] == "online" and status.get("boot") != self._hub:
                self._hello()
        elif topic == self.topic("down/welcome"):
            self._welcomed(topic, payload)
        elif not self._session:
            raise Refused("no_session")
        elif topic == self.topic("down/ota/chunk"):
            self._chunk(*chunk_of(self._session.down, topic, payload))
        else:
            take = {"down/ota/offer": self._offer, "down/ota/complete": self._complete, "down/ota/abort": self._abort, "down/reported": self._reported}
            take.get(topic[len(self.topic("")):], lambda body: None)(self._session.open(topic, payload))

    def _welcomed(self, topic, payload):
        if not signed(self._key.handshake, topic, payload):
            raise Refused("signature_invalid")
        body = body_of(payload)
        if self._nonce is None or body["device_nonce"] != self._nonce.hex():
            raise Refused("replayed")
        self._session = Session(*self._key.session(self._nonce, bytes.fromhex(body["nonce"])))
        self._nonce, self._hub = None, body["hub"]
        say("online")
        c, r = self._config, self._record
        self._send("up/status", {"status": "online"}, retain=True)
        info = {"type": c["type"], "runtime": "python", "agent": "example", "kinds": ["micropython-app"], "slot_bytes": 1 << 20, "window": 8, "chunk_bytes": 4096,
                "capabilities": [], "sequence": r["sequence"]}
        image = r[r["confirmed"]] if r["confirmed"] else None
        self._send("up/info", dict(info, program_id=image["id"], program_version=image["version"]) if image else info, retain=True)
        self._send("up/telemetry", {"uptime_ms": int(time.monotonic() * 1000)})
        self._report()

    # ---- a delivery: the slot's file is only appended to, so its length is the progress

    def _offer(self, offer):
        r, session = self._record, whole(offer, "session", 1, 4294967295)
        manifest = json.loads(base64.urlsafe_b64decode(offer["manifest"] + "=="))
        if r["report"] and r["report"]["session"] == session:
            r.save(report_heard=False)
            return self._report()
        refusal = self._judge(offer, manifest)
        if refusal:
            return self._send("up/ota/reject", {"session": session, "code": refusal, "reason": "See the code."})
        had = r["transfer"]
        transfer = {"session": session, "manifest": offer["manifest"], "chunk_bytes": offer["chunk_bytes"]}
        if not had or dict(had, session=session) != transfer:
            # The record voids the slot before its first byte is written.
            r.save(transfer=transfer, **{r.spare: None})
            open(r.slot(r.spare), "wb").close()
        else:
            r.save(transfer=transfer)
        self._manifest, self._window = manifest, min(8, whole(offer, "window", 1, 64))
        self._next = self._stored() // offer["chunk_bytes"]
        os.truncate(r.slot(r.spare), self._next * offer["chunk_bytes"] if self._stored() < manifest["size"] else manifest["size"])
        if self._stored() == manifest["size"]:
            self._next = self._count()
        self._send("up/ota/accept", {"session": session, "next": self._next, "window": self._window})
        self._verify()

    def _judge(self, offer, m):
        r = self._record
        return ("encoding_unsupported" if offer["encoding"] != "raw" or offer["chunk_bytes"] > 4096
                else "device_type_mismatch" if m["device_type"] != self._config["type"]
                else "kind_unsupported" if m["kind"] != "micropython-app"
                else "image_too_large" if m["size"] > 1 << 20
                else "requirement_missing" if m.get("requires")
                else "sequence_not_above" if m["sequence"] <= r["sequence"]
                else "trial_in_progress" if r["trial"] else "")

    def _stored(self):
        return os.path.getsize(self._record.slot(self._record.spare))

    def _count(self):
        return (self._manifest["size"] - 1) // self._record["transfer"]["chunk_bytes"] + 1

    def _chunk(self, session, sequence, data):
        r, t = self._record, self._record["transfer"]
        if not t or not self._manifest or t["session"] != session:
            raise Refused("stale_session")
        if len(data) != min(t["chunk_bytes"], self._manifest["size"] - sequence * t["chunk_bytes"]):
            raise Refused("chunk_length_wrong")
        if sequence == self._next:
            with open(r.slot(r.spare), "ab") as f:
                f.write(data)
                f.flush()
                os.fsync(f.fileno())
            self._next += 1
        # What came out of turn is not kept: it is missing from the bitmap, and comes again.
        self._send("up/ota/chunk-ack", {"session": session, "next": self._next, "bitmap": "0" * 16}, quality=0)
        self._verify()

    def _verify(self):
        r, t = self._record, self._record["transfer"]
        if self._next < self._count():
            return
        with open(r.slot(r.spare), "rb") as f:
            sha256 = hashlib.sha256(f.read()).hexdigest()
        if sha256 == self._manifest["sha256"]:
            self._verified = t["session"]
            self._send("up/ota/verify", {"session": t["session"], "checked": self._manifest["size"], "sha256": sha256})
        else:
            self._send("up/ota/abort", {"session": t["session"], "code": "hash_mismatch", "reason": "The image's SHA-256 is %s." % sha256})
            r.save(transfer=None)

    def _complete(self, body):
        r, t = self._record, self._record["transfer"]
        if not t or body["session"] != t["session"] or self._verified != t["session"]:
            raise Refused("stale_session")
        image = dict({n: self._manifest[n] for n in ("id", "version", "sequence", "size", "sha256")}, session=t["session"])
        about = {n: image[n] for n in ("session", "id", "version", "sequence")}
        r.save(transfer=None, trial=r.spare, attempts=0, faults=0, report=dict(about, state="applying"), report_heard=False, **{r.spare: image})
        self._reboot()

    def _abort(self, body):
        if self._record["transfer"] and body["session"] == self._record["transfer"]["session"]:
            self._record.save(transfer=None)

    # ---- boot and trial

    def _reboot(self):
        """Anew from the start, as a board does."""
        if self._program:
            self._program.kill()
            self._program.wait()
        self._mqtt.close()
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable] + sys.argv)

    def _boot(self):
        r = self._record
        if r["trial"]:
            if r["attempts"] < 3:
                # Counted before it is run: a reset in the middle of it counts too.
                r.save(attempts=r["attempts"] + 1)
            else:
                r.end_trial("rolled_back", code="crash_loop", reason=r.members.get("fault") or "The board reset 3 times before the program was healthy.")
        slot = r["trial"] or r["confirmed"]
        if slot and not self._whole(slot):
            if slot == r["trial"]:
                r.end_trial("rolled_back", code="hash_mismatch", reason="The image in the slot is damaged.")
                slot = r["confirmed"]
            if slot and not self._whole(slot):
                return
        if slot:
            say("runs %s@%s" % (r[slot]["id"], r[slot]["version"]))
            self._started_s = time.monotonic()
            self._healthy = False
            self._program = subprocess.Popen([sys.executable, r.slot(slot)], stderr=subprocess.PIPE)

    def _whole(self, slot):
        try:
            with open(self._record.slot(slot), "rb") as f:
                return hashlib.sha256(f.read()).hexdigest() == self._record[slot]["sha256"]
        except OSError:
            return False

    def _watch_program(self):
        r = self._record
        if self._program and r["trial"]:
            if self._program.poll() not in (None, 0) and not self._healthy:
                fault = self._program.stderr.read().decode(errors="replace").strip().split("\n")[-1][:300]
                faults = r["faults"] + 1
                r.save(faults=faults, fault=fault)
                if faults >= 3:
                    r.end_trial("rolled_back", code="crash_loop", reason=fault)
                self._reboot()
            if time.monotonic() - self._started_s > self._config.get("healthy_after_ms", 10000) / 1000:
                self._healthy = True
        if r["report"] and not r["report_heard"] and time.monotonic() - self._report_s > 2:
            self._report()

    def _report(self):
        r = self._record
        if r["report"] and not r["report_heard"] and (not r["trial"] or self._program and self._healthy):
            self._report_s = time.monotonic()
            self._send("up/ota/report", r["report"])

    def _reported(self, body):
        r = self._record
        if not r["report"] or body["session"] != r["report"]["session"] or body["state"] != r["report"]["state"]:
            return
        if body["state"] == "applying" and r["trial"] and self._healthy:
            r.end_trial("confirmed")
            say("confirmed")
            self._report()
        elif body["state"] != "applying":
            r.save(report_heard=True)


def say(text):
    print("device:", text, flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    parser.add_argument("--state", required=True)
    arguments = parser.parse_args()
    os.makedirs(arguments.state, exist_ok=True)
    with open(arguments.config) as f:
        Device(json.load(f), arguments.state).run()


if __name__ == "__main__":
    main()
