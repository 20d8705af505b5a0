"""Credentials of peers come from a private file or the environment, go to their origin alone, and are never repeated."""

import base64
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from policies.text.redaction import redacted
from tools.oran.access.credentials import FILE_VARIABLE, LOGIN_VARIABLE, TOKEN_VARIABLE, CredentialsError, load_credentials
from tools.oran.peer import Peer, PeerSettings


@pytest.fixture
def server():
    """A peer on loopback that answers {} and keeps the Authorization headers it received."""
    headers = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            headers.append(self.headers.get("authorization"))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    running = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}", headers
    running.shutdown()
    running.server_close()


def written(tmp_path, text, mode=0o600):
    path = tmp_path / "credentials.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def ask(url, credentials):
    peer = Peer("O1", url, PeerSettings(credentials=credentials))
    try:
        return peer.request("GET", "/x").object()
    finally:
        peer.close()


def test_a_login_of_the_file_goes_to_its_origin_alone(tmp_path, server):
    url, headers = server
    path = written(
        tmp_path,
        f'[[peer]]\nurl = "{url}/prefix"\nusername = "operator"\npassword = "hunter22"\n'
        '[[peer]]\nurl = "https://other.example"\ntoken = "t0ken1234567"\n',
    )
    credentials = load_credentials(path)
    ask(url, credentials)
    assert headers == ["Basic " + base64.b64encode(b"operator:hunter22").decode()]
    assert credentials.headers("https://other.example:443") == {"Authorization": "Bearer t0ken1234567"}
    assert credentials.headers("http://other.example") == {}


def test_a_token_of_the_environment_is_sent_by_every_peer(monkeypatch, server):
    url, headers = server
    monkeypatch.setenv(TOKEN_VARIABLE, "t0ken1234567")
    ask(url, None)
    monkeypatch.delenv(TOKEN_VARIABLE)
    monkeypatch.setenv(LOGIN_VARIABLE, "operator:hunter22")
    ask(url, None)
    assert headers == ["Bearer t0ken1234567", "Basic " + base64.b64encode(b"operator:hunter22").decode()]


def test_the_file_may_be_named_by_the_environment(tmp_path, monkeypatch, server):
    url, headers = server
    monkeypatch.setenv(FILE_VARIABLE, str(written(tmp_path, f'[[peer]]\nurl = "{url}"\ntoken = "t0ken1234567"\n')))
    ask(url, None)
    assert headers == ["Bearer t0ken1234567"]


def test_what_was_sent_is_a_secret_from_then_on(tmp_path):
    load_credentials(written(tmp_path, '[[peer]]\ntoken = "Xk29-secret-of-this-test"\n')).headers("http://host")
    assert "Xk29" not in redacted("the peer said: Xk29-secret-of-this-test is unknown")


@pytest.mark.parametrize(
    ("text", "mode", "problem"),
    [
        ('[[peer]]\ntoken = "hunter22"\n', 0o644, "chmod 600"),
        ('[[peer]]\ntoken = "hunter22\n', 0o600, "not TOML"),
        ('token = "hunter22"\n', 0o600, r"only \[\[peer\]\] tables"),
        ('[[peer]]\npasword = "hunter22"\n', 0o600, "pasword"),
        ('[[peer]]\ntoken = "hunter22"\nusername = "a"\n', 0o600, "either token or username"),
        ('[[peer]]\nurl = "http://a:hunter22@host"\ntoken = "x"\n', 0o600, "url: not allowed"),
    ],
)
def test_an_unusable_file_is_refused_without_repeating_a_secret(tmp_path, text, mode, problem):
    with pytest.raises(CredentialsError, match=problem) as caught:
        load_credentials(written(tmp_path, text, mode))
    assert "hunter22" not in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://operator:hunter22@host", "http://hunter22@host", "http://host?access_token=hunter22"])
def test_a_peer_refuses_credentials_in_its_url(url):
    with pytest.raises(ValueError, match="refused; give the URL alone") as caught:
        Peer("A1", url)
    assert "hunter22" not in str(caught.value)
