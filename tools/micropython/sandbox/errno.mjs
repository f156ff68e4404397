// The ESP32's error numbers, as in ../modules/errno.py.
export const ERRNO = { EIO: 5, ENODEV: 19, ECONNRESET: 104, ECONNABORTED: 113, ETIMEDOUT: 116, EHOSTUNREACH: 118, ENOTCONN: 128 };
