"""A Chromium without internet access."""
import base64
import os
import pathlib

from selenium import webdriver
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from processes import TIMEOUT

OUTPUT = pathlib.Path(os.environ.get("WEB_OUTPUT", "."))
WIDE, NARROW = (1280, 900), (390, 844)

# Errors of Chromium when the page was replaced between finding an element and reading it. Only the first has a class of
# its own in selenium.
REPLACED = ("stale element reference", "does not belong to the document", "No node with given id", "context was destroyed")


class Browser:
    """One window. `driver` is selenium's own object; the methods are shortcuts of these tests."""

    def __init__(self, size=WIDE, javascript=True, dark=False, hosts=None):
        """`hosts` maps host names to local ports: "MAP name 127.0.0.1:port". Their certificates are not verified."""
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for argument in (
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-proxy-server",
            "--disable-background-networking", "--disable-component-update", "--no-first-run", "--hide-scrollbars",
        ):
            options.add_argument(argument)
        rules = ([hosts] if hosts else []) + ["MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"]
        options.add_argument("--host-resolver-rules=" + ", ".join(rules))
        if hosts:
            options.add_argument("--ignore-certificate-errors")
        # Log the requests and the console of the pages.
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        if not javascript:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(TIMEOUT)
        self.size(*size)
        if dark:
            self._emulate("setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})

    def size(self, width, height):
        """Sets the size of the page. A window could not be as narrow as a phone."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self._emulate("setDeviceMetricsOverride", metrics)

    def _emulate(self, command, arguments):
        self.driver.execute_cdp_cmd(f"Emulation.{command}", arguments)

    def open(self, url):
        self.driver.get(url)

    def find(self, selector):
        """The elements that match a CSS selector now."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def await_state(self, state, what):
        """Waits until `state()` is true and returns it. Tries again if the page is replaced meanwhile."""
        def asked(_):
            try:
                return state()
            except WebDriverException as error:
                if not any(text in str(error) for text in REPLACED):
                    raise
        try:
            return WebDriverWait(self.driver, TIMEOUT, poll_frequency=0.05).until(asked)
        except TimeoutException as error:
            screenshot = self.screenshot("failed")
            raise AssertionError(f"no {what} within {TIMEOUT} s ({screenshot}); the console: {self.console()}") from error

    def await_element(self, selector, text=None):
        """Waits for the first visible element that matches a CSS selector, and contains a text if one is given."""
        def found():
            shown = [element for element in self.find(selector) if element.is_displayed()]
            return next((element for element in shown if text is None or text in element.text), None)
        return self.await_state(found, f"'{selector}'" + (f" with '{text}'" if text else ""))

    def console(self, levels=("SEVERE",)):
        """The console messages since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in levels]

    def screenshot(self, name, whole=False):
        """Saves a screenshot of the window or of the whole page. Returns its path."""
        if whole:
            answer = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
            (OUTPUT / f"{name}.png").write_bytes(base64.b64decode(answer["data"]))
        else:
            self.driver.save_screenshot(str(OUTPUT / f"{name}.png"))
        return OUTPUT / f"{name}.png"

    def close(self):
        self.driver.quit()
