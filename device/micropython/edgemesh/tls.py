# The TLS side of a connection, loaded only where the configuration has a CA: that one is trusted, and no other.
from binascii import a2b_base64
import ssl


# A context for every connection to come. A ValueError where the certificates cannot be read.
def context(config):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.verify_mode = ssl.CERT_REQUIRED
    # During a rotation there are two authorities.
    for authority in _der(config['ca']):
        made.load_verify_locations(cadata=authority)
    if 'certificate' in config:
        made.load_cert_chain(_der(config['certificate'])[0], _der(config['private_key'])[0])
    return made


# What each block of a PEM text holds. DER, since not every build of mbedTLS reads PEM.
def _der(pem):
    blocks = []
    for block in pem.split('-----BEGIN ')[1:]:
        start, end = block.find('\n'), block.find('-----END')
        if not 0 < start < end:
            raise ValueError('a certificate in the configuration is cut off')
        blocks.append(a2b_base64(block[start:end].replace('\n', '').encode()))
    return blocks
