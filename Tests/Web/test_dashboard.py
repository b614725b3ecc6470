"""The page on the metrics address, in a browser, with a real server under a little load."""
import contextlib
import http.client
import importlib.util
import json
import os
import pathlib
import re
import signal
import threading
import urllib.request

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from browser import NARROW, WIDE
from processes import Server, free_port

AXE = pathlib.Path(importlib.util.find_spec("axe_core_python").origin).parent / "axe.min.js"

# What a file of settings can bring into an event.
MARKUP = "<img src=x onerror=alert(1)>"


class Watched(Server):
    """A server with a metrics address."""

    def __init__(self, port):
        self.metrics = f"http://127.0.0.1:{port}/"
        super().__init__({"METRICS_BIND": f"127.0.0.1:{port}", "BRIGADE_ENV_FILE": "-settings"})


@pytest.fixture(scope="module")
def watched():
    server = Watched(free_port())
    stopped = threading.Event()

    def load():
        while not stopped.wait(0.02):
            for path in ("/api/v1/recipes/1", "/api/v1/recipes/search/?keyword=chicken", "/nothing"):
                with contextlib.suppress(OSError, http.client.HTTPException):  # The crash of a test costs the request in flight.
                    server.ask(path)
    thread = threading.Thread(target=load, daemon=True)
    thread.start()
    yield server
    stopped.set()
    thread.join()
    server.stop()


def requests_of(browser):
    """The URLs of all requests since the last call."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.driver.get_log("performance")]
    return [one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"]


def values(browser, chart):
    """What a screen reader says about the sample of a chart."""
    return browser.find(".plot")[chart].get_attribute("aria-valuetext")


@pytest.mark.parametrize("size,dark", [(WIDE, False), (NARROW, True)])
def test_the_charts_show_the_requests(watched, open_browser, size, dark):
    browser = open_browser(size=size, dark=dark)
    browser.open(watched.metrics)
    browser.await_element("#state", "serving")
    # A sample is in every chart: an area or a curve, and the numbers of the legend.
    browser.await_state(lambda: all(
        plot.find_elements("css selector", "svg .area, svg .curve") for plot in browser.find(".plot")), "charts with data")
    browser.await_state(lambda: re.search(r"2xx [1-9]", values(browser, 0)), "requests in the first chart")
    assert re.search(r"p99 \d\S*\s[µm]?s", values(browser, 1))
    assert "ready 1, wanted 1" in values(browser, 3)
    assert browser.await_element("#routes tbody tr", "/api/v1/recipes/{recipe_id}")
    assert browser.await_element("#routes tbody tr", "unmatched")
    assert browser.driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    browser.screenshot(f"dashboard-{'dark' if dark else 'light'}")
    assert browser.console(("SEVERE", "WARNING")) == []
    urls = [url for url in requests_of(browser) if not url.startswith("data:")]
    assert urls and all(url.startswith(watched.metrics) for url in urls), urls


def test_values_are_there_for_the_mouse_and_for_the_keyboard(watched, browser):
    browser.open(watched.metrics)
    browser.await_state(lambda: browser.find(".plot .area"), "chart")
    plot = browser.find(".plot")[0]
    ActionChains(browser.driver).move_to_element(plot).perform()
    tip = browser.await_element(".tip", "2xx")
    assert "/s" in tip.text
    assert len(browser.find(".cross")) == len(browser.find(".plot")), "one moment in all charts"
    browser.driver.execute_script("arguments[0].focus()", plot)
    plot.send_keys(Keys.HOME)
    first = values(browser, 0)
    plot.send_keys(Keys.END)
    browser.await_state(lambda: plot.get_attribute("aria-valuenow") == plot.get_attribute("aria-valuemax"), "last sample")
    assert re.match(r"\d\d:\d\d:\d\d, ", first)
    plot.send_keys(Keys.ESCAPE)
    browser.await_state(lambda: not browser.find(".cross"), "end of the cursor")


def test_a_crash_and_a_failed_reload_are_on_the_page_as_text(watched, browser):
    browser.open(watched.metrics)
    worker = json.loads(urllib.request.urlopen(watched.metrics + "data.json").read())["workers"][0]["pid"]
    os.kill(worker, signal.SIGKILL)
    browser.await_element("#events li.error", "killed by SIGKILL")
    with open(os.path.join(watched.directory, "settings"), "w") as file:
        file.write(f"KEEP_ALIVE={MARKUP}\n")
    watched.child.send_signal(signal.SIGHUP)
    assert MARKUP in browser.await_element("#events li.error", "reload failed").text
    assert MARKUP in browser.await_element("#notices li", "reload failed").text
    assert browser.find("#events img, #notices img") == []
    browser.await_state(lambda: browser.find(".glyph.k-bad"), "mark of the crash in the chart")
    assert browser.console(("SEVERE", "WARNING")) == []


def test_the_page_says_when_the_server_is_gone_and_goes_on_with_the_next(open_browser):
    browser, port = open_browser(), free_port()
    server = Watched(port)
    try:
        browser.open(server.metrics)
        browser.await_element("#state", "serving")
        server.stop()
        browser.await_element("#alarm", "The server has not answered since")
        server = Watched(port)
        browser.await_state(lambda: not browser.find("#alarm")[0].is_displayed(), "recovery")
        browser.await_element("#state", "serving")
    finally:
        server.stop()


def test_the_page_is_accessible(watched, browser):
    browser.open(watched.metrics)
    browser.await_element("#routes tbody tr", "unmatched")
    # Through the debugger: the page's policy lets no other script in.
    browser.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text()})
    found = browser.driver.execute_async_script(
        "const done = arguments[0]; axe.run().then(result => done(result.violations))")
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
