# The board's network is up; its configuration names no Wi-Fi.
STA_IF = 0
WLAN = None
