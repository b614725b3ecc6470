"""What the tests are given: a server of the whole session, and a browser of each file."""
import os

import pytest

from browser import Browser
from processes import Server


@pytest.fixture(scope="module")
def server():
    """With Swagger UI and ReDoc from disk where run.sh has put them."""
    given = {name: os.environ[name] for name in ["DOCS_ASSETS"] if name in os.environ}
    server = Server(given)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def open_browser():
    """Makes a browser: `open_browser(size=NARROW, javascript=False, dark=True)`. It is closed after the file's tests."""
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
