# At a boot with a firmware on trial: whether it is the one that runs, and what becomes of it where it is not. Goes when it has done its work.
from . import platform
from .contracts import CODE_CRASH_LOOP, CODE_IMAGE_INVALID, CODE_STORAGE_FAILED, TRIAL_ATTEMPTS


# Where it does not run, it is started, or has had its attempts; each is counted in the files before anybody acts on it.
def settle(record, board, agent):
    while record.trial == 'f' and record.images['f']['partition'] != board.firmware.running:
        if record.attempts == TRIAL_ATTEMPTS:
            record.condemn(CODE_CRASH_LOOP, 'The bootloader went back %d times before the firmware was healthy.' % record.attempts)
        else:
            record.attempts += 1
            if agent.boot_store.try_save():
                _start(record, board, agent)
            else:
                record.condemn(CODE_STORAGE_FAILED, 'The boot record cannot be written, so no trial can be counted.')
        agent.boot_store.try_save()
    if record.trial != 'f':
        platform.remove('pending')


# Does not return where the bootloader takes it.
def _start(record, board, agent):
    try:
        # Says to main that the agent itself is on trial.
        platform.write('pending', b'')
        board.firmware.boot(record.images['f']['partition'])
        agent.reboot()
    except OSError as e:
        # ESP-IDF's numbers are below 0.
        record.condemn(CODE_IMAGE_INVALID if e.errno < 0 else CODE_STORAGE_FAILED, 'The firmware cannot be started: %r' % e)
