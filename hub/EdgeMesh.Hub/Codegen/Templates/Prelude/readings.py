# What was read last, by name; a reading that failed too often is missing.
readings = {}
