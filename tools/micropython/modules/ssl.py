# TLS client contexts as MicroPython 1.27 has them; the handshake itself is the host's.
import binascii, _host
from socket import socket as _socket

PROTOCOL_TLS_CLIENT = 0
PROTOCOL_TLS_SERVER = 1
CERT_NONE = 0
CERT_OPTIONAL = 1
CERT_REQUIRED = 2
_CERTIFICATE_REFUSED = 9984


def _pem(data, kind):
    if data is None:
        return ''
    if isinstance(data, str):
        with open(data, 'rb') as f:
            data = f.read()
    if data[:11] == b'-----BEGIN ':
        return bytes(data).rstrip(b'\0').decode()
    text = binascii.b2a_base64(data).decode().rstrip()
    lines = '\n'.join(text[i:i + 64] for i in range(0, len(text), 64))
    return '-----BEGIN %s-----\n%s\n-----END %s-----\n' % (kind, lines, kind)


class SSLContext:
    def __init__(self, protocol):
        if protocol != PROTOCOL_TLS_CLIENT:
            raise ValueError('only PROTOCOL_TLS_CLIENT is imitated')
        self.verify_mode = CERT_REQUIRED
        self._ca = self._cert = self._key = ''

    def load_verify_locations(self, cafile=None, cadata=None):
        # Each call adds one, as mbedTLS's list does.
        self._ca += _pem(cadata if cafile is None else cafile, 'CERTIFICATE')

    def load_cert_chain(self, certfile, keyfile):
        self._cert = _pem(certfile, 'CERTIFICATE')
        self._key = _pem(keyfile, 'PRIVATE KEY')

    def wrap_socket(self, sock, *, server_side=False, do_handshake_on_connect=True, server_hostname=None):
        if server_side:
            raise ValueError('only clients are imitated')
        r = _host.socket_start_tls(sock._id, server_hostname or '', self._ca, self.verify_mode == CERT_REQUIRED, self._cert, self._key, do_handshake_on_connect)
        _check(r)
        wrapped = SSLSocket()
        wrapped._id, wrapped._ms = sock._id, sock._ms
        sock._id = -1
        return wrapped


def _check(result):
    if result == -_CERTIFICATE_REFUSED:
        raise ValueError('The certificate is not correctly signed by the trusted CA\n')
    if result < 0:
        raise OSError(-result)


class SSLSocket(_socket):
    def __init__(self):
        pass

    # A handshake that goes on in reads and writes fails there.
    def _send(self, data):
        return self._refused(super()._send(data))

    def _receive(self, address, count):
        return self._refused(super()._receive(address, count))

    def _refused(self, result):
        if result == -_CERTIFICATE_REFUSED:
            _check(result)
        return result


def wrap_socket(sock, server_side=False, key=None, cert=None, cert_reqs=CERT_NONE, cadata=None, server_hostname=None, do_handshake=True):
    context = SSLContext(PROTOCOL_TLS_SERVER if server_side else PROTOCOL_TLS_CLIENT)
    context.verify_mode = cert_reqs
    context._ca, context._cert, context._key = _pem(cadata, 'CERTIFICATE'), _pem(cert, 'CERTIFICATE'), _pem(key, 'PRIVATE KEY')
    return context.wrap_socket(sock, server_side=server_side, server_hostname=server_hostname)
