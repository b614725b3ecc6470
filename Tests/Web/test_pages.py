"""/docs and /redoc in a browser without internet access. Swagger UI and ReDoc come from DOCS_ASSETS."""
import http.client
import http.server
import json
import os
import pathlib
import ssl
import subprocess
import threading

import pytest

from browser import NARROW
from processes import Server

METHODS = ("get", "put", "post", "delete", "patch", "options", "head", "trace")


@pytest.fixture(scope="module")
def operations(server):
    """The paths of the document by operation ID."""
    paths = json.loads(server.ask("/openapi.json")[2])["paths"]
    return {item[method]["operationId"]: path for path, item in paths.items() for method in METHODS if method in item}


def open_operation(browser, server, operation):
    """Opens an operation in /docs. Returns the CSS selector of its block."""
    browser.open(server.url + "/docs")
    block = f"[id$='{operation}']"
    browser.await_element(f"{block} .opblock-summary-control").click()
    browser.await_element(f"{block} .try-out__btn").click()
    return block


def execute(browser, block):
    """Executes an open operation. Returns the status, the content and the header lines that the page shows."""
    browser.await_element(f"{block} .execute").click()
    live = f"{block} .live-responses-table"
    status = browser.await_element(f"{live} .response .response-col_status").text
    texts = [element.text for element in browser.find(f"{live} .response-col_description pre")]
    return status, texts[0], texts[-1]


def test_docs_lists_the_operations(server, browser, operations):
    browser.open(server.url + "/docs")
    browser.await_element(".opblock")
    shown = browser.find(".opblock .opblock-summary-path")
    assert sorted(element.text.replace("\u200b", "") for element in shown) == sorted(operations.values())
    assert "Recipe API" in browser.await_element(".info .title").text
    browser.screenshot("docs", whole=True)
    assert browser.console() == []


def test_the_ideas_can_be_tried_out(server, browser):
    block = open_operation(browser, server, "fetch_ideas_async_api_v1_recipes_ideas_async_get")
    status, content, fields = execute(browser, block)
    assert status == "200"
    assert "the best chicken wings ever!!" in content
    assert any(line.strip().startswith("x-process-time: 0.") for line in fields.splitlines()), fields
    browser.screenshot("docs-ideas", whole=True)
    assert browser.console() == []


def test_a_recipe_can_be_created(server, browser):
    block = open_operation(browser, server, "create_recipe_api_v1_recipes__post")
    body = browser.await_element(f"{block} textarea")
    body.clear()
    body.send_keys(json.dumps(
        {"label": "Ramen", "source": "Mum", "url": "https://example.com/ramen", "submitter_id": 1}))
    status, content, _ = execute(browser, block)
    assert status == "201", content
    made = json.loads(content)
    assert made["label"] == "Ramen"
    assert json.loads(server.ask(f"/api/v1/recipes/{made['id']}")[2]) == made
    browser.screenshot("docs-create", whole=True)
    assert browser.console() == []


def test_the_example_in_docs_creates_a_recipe(server, browser):
    block = open_operation(browser, server, "create_recipe_api_v1_recipes__post")
    status, content, _ = execute(browser, block)
    assert status == "201", content


def test_redoc_shows_the_operations(server, browser, operations):
    browser.open(server.url + "/redoc")
    browser.await_element("[id='tag/recipes']")
    for operation, path in operations.items():
        assert browser.find(f"[id$='operation/{operation}']"), f"{operation} is missing"
    browser.screenshot("redoc")
    assert browser.console() == []


@pytest.mark.parametrize("page", ["docs", "redoc"])
def test_a_phone_needs_no_horizontal_scrolling(server, open_browser, page):
    browser = open_browser(size=NARROW)
    browser.open(f"{server.url}/{page}")
    browser.await_element(".opblock" if page == "docs" else "[id='tag/recipes']")
    browser.screenshot(f"{page}-narrow")
    width = browser.driver.execute_script("return document.documentElement.scrollWidth")
    assert width <= NARROW[0]


def test_requests_keep_the_prefix_of_a_proxy(server, browser):
    with PrefixProxy("/kitchen", server) as proxy:
        block = open_operation(browser, proxy, "fetch_recipe_api_v1_recipes__recipe_id__get")
        browser.await_element(f"{block} input").send_keys("2")
        status, content, _ = execute(browser, block)
        assert (status, json.loads(content)["label"]) == ("200", "Chicken Paprikash")
        assert proxy.asked[-1] == "/kitchen/api/v1/recipes/2"
        browser.open(proxy.url + "/redoc")
        browser.await_element("[id='tag/recipes']")
    assert browser.console() == []


def test_files_of_the_cdn_pass_the_integrity_checks(open_browser, tmp_path):
    """A fake CDN serves the files of DOCS_ASSETS. A wrong hash or a policy that blocks them would fail."""
    server = Server()
    try:
        with FakeCDN(tmp_path) as cdn:
            hosts = ["cdn.jsdelivr.net", "cdn.redoc.ly"]
            browser = open_browser(hosts=", ".join(f"MAP {host} 127.0.0.1:{cdn.port}" for host in hosts))
            browser.open(server.url + "/docs")
            browser.await_element(".opblock")
            browser.open(server.url + "/redoc")
            browser.await_element("[id='tag/recipes']")
            browser.await_state(lambda: len(cdn.asked) == 4, "four requests")
    finally:
        server.stop()
    assert browser.console() == []
    names = [path.rpartition("/")[2] for path in cdn.asked]
    assert sorted(names) == ["logo-mini.svg", "redoc.standalone.js", "swagger-ui-bundle.js", "swagger-ui.css"]


def test_a_directory_without_the_files_is_an_error_at_start(tmp_path):
    with pytest.raises(AssertionError, match="exited with status 4") as failure:
        Server({"DOCS_ASSETS": str(tmp_path)})
    assert f"DOCS_ASSETS: {tmp_path}/swagger-ui-bundle.js cannot be read: No such file or directory" in str(failure.value)
    assert "deploy/docs-assets.sh" in str(failure.value)


class FakeServer:
    """An HTTP server on a loopback port. `asked` has the paths of its requests."""

    def __init__(self):
        asked = self.asked = []
        answer = self.answer

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                status, fields, content = answer(self.path)
                self.send_response(status)
                for name, value in fields:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments):
                pass

        self.listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.listener.server_port

    def __enter__(self):
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown()
        self.listener.server_close()


class PrefixProxy(FakeServer):
    """A proxy that removes a prefix from the paths."""

    def __init__(self, prefix, server):
        super().__init__()
        self.prefix, self.server = prefix, server
        self.url = f"http://127.0.0.1:{self.port}{prefix}"

    def answer(self, path):
        if not path.startswith(self.prefix + "/"):
            return 404, [], b"not below the prefix"
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.port)
        upstream.request("GET", path.removeprefix(self.prefix))
        response = upstream.getresponse()
        content = response.read()
        upstream.close()
        return response.status, response.getheaders(), content


class FakeCDN(FakeServer):
    """The CDNs that the pages use."""

    LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"  # as deploy/docs-assets.sh has it

    def __init__(self, directory):
        super().__init__()
        names = [str(directory / name) for name in ("key.pem", "certificate.pem")]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=fake", "-days", "2", "-keyout",
             names[0], "-out", names[1]], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(names[1], names[0])
        self.listener.socket = context.wrap_socket(self.listener.socket, server_side=True)

    def answer(self, path):
        name = path.rpartition("/")[2]
        media_type = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}[name.rpartition(".")[2]]
        fields = [("content-type", media_type), ("access-control-allow-origin", "*")]
        if name == "logo-mini.svg":
            return 200, fields, b"<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>"
        content = (pathlib.Path(os.environ["DOCS_ASSETS"]) / name).read_bytes()
        return 200, fields, content.replace(b"data:,", self.LOGO) if name.startswith("redoc") else content
