"""A whole EdgeMesh device in Python's standard library, written from docs/write-a-device.md: begin there.

    python3 device.py --config edgemesh.json --state FOLDER

Its programs are Python files, each run in a process of its own: healthy is what still runs after healthy_after_ms. It does without what a
device may leave out: encryption, publishers' signatures, holding chunks that come out of turn, enrolment, commands. What it should have and
has not: the try of the old slot where the hub stays silent (step 8), and a watchdog.
"""
import argparse
import hashlib
import json
import os
import subprocess
import sys
import time

import mqtt
from protocol import ROOT, DeviceKey, Refused, Session, body_of, chunk_of, judge, manifest_of, sign, signed, whole
from record import Record

WINDOW = 8
# Runs a program, and says when it has begun: an interpreter that takes long to start is no sign of health.
RUNNER = "import os, sys; os.write(int(sys.argv[2]), b'!'); exec(compile(open(sys.argv[1]).read(), sys.argv[1], 'exec'))"


class Device:
    def __init__(self, config, folder):
        self._config = config
        self._site, self._id = config["site"], config["device"]
        self._key = DeviceKey(bytes.fromhex(config["key"]), self._site, self._id)
        self._record = Record(folder)
        self._session = self._nonce = self._hub = self._manifest = None
        self._next = self._window = self._verified = 0
        self._hello_s = self._report_s = self._started_s = 0
        self._program, self._healthy = None, False

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
        self._nonce, self._hub, self._ahead_s = None, body["hub"], body["time"] - time.monotonic()
        say("online")
        c, r = self._config, self._record
        self._send("up/status", {"status": "online"}, retain=True)
        p = self._profile()
        info = {"type": c["type"], "runtime": "python", "agent": "example", "window": WINDOW, **{n: p[n] for n in ("kinds", "slot_bytes", "chunk_bytes", "capabilities", "sequence")}}
        image = r[r["confirmed"]] if r["confirmed"] else None
        self._send("up/info", dict(info, program_id=image["id"], program_version=image["version"]) if image else info, retain=True)
        self._send("up/telemetry", {"uptime_ms": int(time.monotonic() * 1000)})
        self._report()

    # ---- a delivery: the slot's file is only appended to, so its length is the progress

    def _offer(self, offer):
        r, session = self._record, whole(offer, "session", 1, 4294967295)
        if r["report"] and r["report"]["session"] == session:
            r.save(report_heard=False)
            return self._report()
        try:
            manifest = manifest_of(offer["manifest"])
            refusal = judge(manifest, whole(offer, "chunk_bytes", 256, 8192), offer["encoding"], self._profile())
        except ValueError:
            refusal = "manifest_invalid"
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
        self._manifest, self._window = manifest, min(WINDOW, whole(offer, "window", 1, 64))
        self._next = self._stored() // offer["chunk_bytes"]
        os.truncate(r.slot(r.spare), self._next * offer["chunk_bytes"] if self._stored() < manifest["size"] else manifest["size"])
        if self._stored() == manifest["size"]:
            self._next = self._count()
        self._send("up/ota/accept", {"session": session, "next": self._next, "window": self._window})
        self._verify()

    def _profile(self):
        r = self._record
        return {"device_type": self._config["type"], "kinds": ["micropython-app"], "encodings": ["raw"], "slot_bytes": 1 << 20, "chunk_bytes": 4096, "capabilities": [],
                "sequence": r["sequence"], "on_trial": r["trial"] != "", "unix_seconds": int(self._ahead_s + time.monotonic())}

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
        os.execv(sys.executable, [sys.executable] + sys.orig_argv[1:])

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
            self._begun, begin = os.pipe()
            os.set_blocking(self._begun, False)
            self._program = subprocess.Popen([sys.executable, "-c", RUNNER, r.slot(slot), str(begin)], stderr=subprocess.PIPE, pass_fds=[begin])
            os.close(begin)

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
            if not self._started_s and self._has_begun():
                self._started_s = time.monotonic()
            if self._started_s and time.monotonic() - self._started_s > self._config.get("healthy_after_ms", 10000) / 1000:
                self._healthy = True
        if r["report"] and not r["report_heard"] and time.monotonic() - self._report_s > 2:
            self._report()

    def _has_begun(self):
        try:
            return os.read(self._begun, 1) != b""
        except BlockingIOError:
            return False

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
