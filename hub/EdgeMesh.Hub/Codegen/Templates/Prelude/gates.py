# Whether every gate, (reading, above, value), is open. A reading that is missing opens none.
def gates_open(gates):
    for name, above, value in gates:
        reading = readings.get(name)
        if reading is None or (reading <= value if above else reading >= value):
            return False
    return True
