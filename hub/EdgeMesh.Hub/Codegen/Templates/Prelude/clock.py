# Whether the time of day lies in one of the windows, (from, to) in minutes since midnight. A clock that was never set is in none.
def in_windows(windows, offset_min):
    if not windows:
        return True
    t = time.localtime()
    if t[0] < 2024:
        return False
    minute = (t[3] * 60 + t[4] + offset_min) % 1440
    for start, end in windows:
        if (start <= minute < end) if start < end else (minute >= start or minute < end):
            return True
    return False
