namespace EdgeMesh.Simulation.Bugs;

/// <summary>A change of a line of the MicroPython agent's source.</summary>
/// <param name="Module">The module.</param>
/// <param name="Old">What must stand there once.</param>
/// <param name="New">What stands there instead.</param>
internal sealed record Patch(string Module, string Old, string New);

/// <summary>Defects of the MicroPython agent, made in the text that the interpreter is given.</summary>
internal static class MicroPythonBugs
{
    internal static Patch[] Patches(SeededBug bug) => bug switch
    {
        SeededBug.SkipTheHash =>
        [
            new("receiver", "elif sha256 == wanted:", "elif True:"),
            new("startup", "return _hash(slot, board) == image['sha256']", "return True"),
        ],
        SeededBug.ConfirmWithoutTheHub => [new("trial", "            self._healthy = True\n", "            self._healthy = True\n            record = self._record\n            record.confirm()\n            self._effects.append('persist')\n")],
        SeededBug.OverwriteTheActiveSlot => [new("slots", "return 'b' if self.confirmed == 'a' else 'a'", "return 'a'")],
        SeededBug.ForgetTheTransfer => [new("slots", "    t = r.transfer\n    if t:", "    t = r.transfer\n    if False:")],
        SeededBug.ForgetTheTrial => [new("boot_store", "        self.save(record)\n", "        pass\n")],
        SeededBug.ForgetTheCondemnation => [new("trial", "        self._effects.append('persist')\n        self._effects.append('reboot')", "        self._effects.append('reboot')")],
        SeededBug.DoNotCountAttempts => [new("slots", "self.attempts += 1", "pass")],
        SeededBug.ForgetTheHighestSequence => [new("slots", "'sequence': r.sequence}", "'sequence': 0}")],
        SeededBug.IgnoreTheRecordsChecksum => [new("slots", "if _tail(memoryview(data)[:-_TAIL_BYTES]) != data[-_TAIL_BYTES:]:", "if False:")],
        SeededBug.KeepOneRecordOnly => [new("slots", "self.generation % 2", "0"), new("startup", "platform.read('boot1')", "None")],
        SeededBug.AcknowledgeBeforeFlush => [new("delivery", "                self._slot.flush()", "                pass")],
        SeededBug.RevertOnSilence => [new("trial", "                self._silent_since_ms = now_ms\n", "                self._silent_since_ms = now_ms\n                if not record.trial and record.images[record.spare]:\n                    record.confirmed = record.spare\n                    do.append('persist')\n")],
        SeededBug.ApplyWithoutComplete => [new("receiver", "            self._state = VERIFIED\n            self._sha256", "            self._state = APPLIED\n            self._do('apply', self._transfer)\n            return\n            self._sha256")],
        SeededBug.NeverRepeatTheReport =>
        [
            new("trial", "                self._report_ms = now_ms + self._report_retry_ms", "                self._told = True"),
            new("trial", "        return (record.report and", "        return (not getattr(self, '_told', False) and record.report and"),
        ],
        SeededBug.ReportCountsAsHeard => [new("slots", "        self.report_heard = False\n        self.report = {", "        self.report_heard = state != STATE_APPLYING\n        self.report = {")],
        SeededBug.GoOnWithoutMemory => [new("agent", "        self.boot_store.try_save()\n        self._delivery.restart(now_ms)\n", "")],
        SeededBug.AcceptAnOldCounter => [new("signing", "if -ahead >= REPLAY_WINDOW or self._seen >> -ahead & 1:", "if False:")],
        _ => [],
    };
}
