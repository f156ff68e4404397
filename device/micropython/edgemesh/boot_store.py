# The boot record's files, boot0 and boot1, written in turn.
from . import platform


class BootStore:
    # record: the one that is acted on. log(line, level).
    def __init__(self, record, log):
        self.record = record
        self._log = log
        # Whether a change that no delivery made is not in the files yet.
        self._unsaved = False

    # Writes the record. Raises OSError; the files still hold the one before it then.
    def save(self, record=None):
        record = record or self.record
        generation = record.generation
        try:
            data, file = record.next()
            platform.write('boot%d' % file, data)
        except:
            # The next try goes to the same file: the other one holds the only record that is whole.
            record.generation = generation
            raise
        self._unsaved = False

    # The transfer's image goes on trial with the next boot. The record at hand stays as it is: where this fails, it is still true.
    def save_trial(self):
        # A copy, so that a failed write leaves this boot's record as it was.
        record = self.record.copy()
        record.begin_trial()
        self.save(record)

    # Saves a change that no delivery made; where that fails, for want of memory too, it is said, and tried again before the hub hears of
    # the change.
    def try_save(self):
        try:
            self.save()
        except (OSError, MemoryError) as e:
            self._unsaved = True
            self._log('The boot record cannot be written: %r' % e, 'error')
        return not self._unsaved

    # Brings to the files what try_save could not; whether all is there.
    def flush(self):
        return not self._unsaved or self.try_save()
