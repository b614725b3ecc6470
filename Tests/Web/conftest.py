"""Fixtures: a server and a browser per test file."""
import os

import pytest

from browser import Browser
from processes import Server


@pytest.fixture(scope="module")
def server():
    """A server with Swagger UI and ReDoc from the directory that run.sh has filled."""
    environment = {name: os.environ[name] for name in ["DOCS_ASSETS"] if name in os.environ}
    server = Server(environment)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def open_browser():
    """Opens a browser: `open_browser(size=NARROW, javascript=False, dark=True)`. It is closed after the tests of the file."""
    browsers = []

    def make(**options):
        browsers.append(Browser(**options))
        return browsers[-1]

    yield make
    for browser in browsers:
        browser.close()


@pytest.fixture(scope="module")
def browser(open_browser):
    return open_browser()
