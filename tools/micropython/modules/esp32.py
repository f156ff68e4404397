# Only what has no state in hardware: there is no NVS and no Partition on this board.
HEAP_DATA = 4
HEAP_EXEC = 1


def raw_temperature():
    return 113


def mcu_temperature():
    return 45
