# HTTP requests, answered by the scenario.
import _host
import json as _json


class Response:
    def __init__(self, status, text):
        self.status_code, self.text, self.reason = status, text, b''

    @property
    def content(self):
        return self.text.encode()

    def json(self):
        return _json.loads(self.text)

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def request(method, url, data=None, json=None, headers={}, stream=None, auth=None, timeout=None, parse_headers=True):
    body = _json.dumps(json) if json is not None else data or ''
    answer = _host.request(method, url, body if isinstance(body, str) else bytes(body).decode('utf-8', 'ignore'))
    status, separator, text = answer.partition(' ')
    if not separator:
        raise OSError(-int(status))
    return Response(int(status), text)


def head(url, **options):
    return request('HEAD', url, **options)


def get(url, **options):
    return request('GET', url, **options)


def post(url, **options):
    return request('POST', url, **options)


def put(url, **options):
    return request('PUT', url, **options)


def patch(url, **options):
    return request('PATCH', url, **options)


def delete(url, **options):
    return request('DELETE', url, **options)
