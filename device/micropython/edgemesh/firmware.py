# The firmware itself as a third slot, "f", of the boot record: what is other about it than about a program. Only boards with two firmware
# slots load this.
#
# The program that runs stays as it is. The bootloader counts no attempts and goes back at the first reset of a firmware that was not marked
# valid; so the old one counts, at its boots, and starts the new one again, since a power cut looks the same (settling). Health
# is the program's under the new firmware, and the agent's where there is none.
from .contracts import CODE_CRASH_LOOP, CODE_HUB_UNREACHABLE, KIND_ESP32_IMAGE, REASON_LENGTH, TRIAL_ATTEMPTS
from .fields import cut
from .link import NEVER
from .slots import BootRecord
from .trial import Trial


class FirmwareRecord(BootRecord):
    # The board's slots; set once the board is known.
    firmware = None

    @property
    def target(self):
        return 'f' if self.transfer and self.transfer.manifest['kind'] == KIND_ESP32_IMAGE else self.spare

    def select(self):
        if self.trial == 'f':
            return self.confirmed if self.images.get(self.confirmed) else ''
        return super().select()

    def begin_trial(self):
        super().begin_trial()
        if self.trial == 'f':
            self.images['f']['partition'] = self.firmware.label

    # The bootloader first: were it told after the record, a power cut in between would take back what the record says for good.
    def confirm(self):
        if self.trial != 'f':
            super().confirm()
            return
        self.firmware.keep()
        program = self.confirmed
        super().confirm()
        self.confirmed = program


class FirmwareTrial(Trial):
    # A firmware that does not reach the hub is given up: nobody could send a better one, and the next reset takes it anyway.
    def _patience_end_ms(self):
        if self._record.trial != 'f':
            return super()._patience_end_ms()
        return NEVER if self._online else self._silent_since_ms + self._hub_patience_ms

    def _tick(self, now_ms):
        if self._record.trial == 'f' and now_ms >= self._patience_end_ms():
            self._record.condemn(CODE_HUB_UNREACHABLE, 'The new firmware did not reach the hub.')
            self._persist_and_reboot()
        super()._tick(now_ms)

    # The program begins again by itself, so that not each fault costs an attempt of the bootloader's.
    def _take_fault(self, sentence):
        record = self._record
        if record.trial != 'f':
            super()._take_fault(sentence)
            return
        self._healthy_ms = NEVER
        self._healthy = False
        record.faults += 1
        if record.faults >= TRIAL_ATTEMPTS:
            record.condemn(CODE_CRASH_LOOP, cut(sentence, REASON_LENGTH))
            self._persist_and_reboot()
