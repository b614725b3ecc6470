"""The home page with and without JavaScript, in a wide and a narrow window."""
import contextlib
import sqlite3

import pytest
from selenium.webdriver.common.keys import Keys

from browser import NARROW, WIDE
from processes import Server


@pytest.fixture
def server():
    """A server with a new database per test."""
    server = Server()
    yield server
    server.stop()


WINDOWS = [pytest.param((size, javascript), id=f"{name}, {'script' if javascript else 'no script'}")
           for name, size in [("wide", WIDE), ("narrow", NARROW)] for javascript in [True, False]]


@pytest.fixture(scope="module", params=WINDOWS)
def window(request, open_browser):
    size, javascript = request.param
    browser = open_browser(size=size, javascript=javascript)
    browser.javascript = javascript
    browser.name = ("wide" if size == WIDE else "narrow") + ("" if javascript else "-plain")
    return browser


@pytest.fixture(autouse=True)
def no_console_errors(request):
    """No test may leave an error in the console."""
    yield
    if "window" in request.fixturenames:
        browser = request.getfixturevalue("window")
        # Chromium also logs a 422 answer.
        messages = [message for message in browser.console() if "422" not in message]
        assert messages == [], f"the console has {messages}"


def titles(browser, within="#list"):
    return [element.text for element in browser.find(f"{within} h3")]


def cards(browser):
    """The cards as HTML, split at white space."""
    return [card.get_attribute("outerHTML").split() for card in browser.find("#list > li")]


def fill(browser, **texts):
    for name, text in texts.items():
        box = browser.find(f"#{name}")[0]
        box.clear()
        box.send_keys(text)


def submit(browser):
    browser.find(".add form button")[0].click()


def note(browser, name):
    return browser.find(f"#{name}-note")[0].text


def focused(browser):
    return browser.driver.switch_to.active_element.get_attribute("id")


def fits(browser):
    """Whether the page needs no horizontal scrolling."""
    if not browser.javascript:
        return True
    return browser.driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")


def test_the_page_shows_the_first_recipes(server, window):
    window.open(server.url)
    assert titles(window) == ["Chicken Vesuvio", "Chicken Paprikash", "Cauliflower and Tofu Curry Recipe"]
    assert fits(window)
    window.screenshot(f"home-{window.name}", whole=True)


def test_a_search_finds_a_part_of_the_name(server, window):
    window.open(server.url)
    box = window.find("#keyword")[0]
    box.send_keys("CHICK")
    if not window.javascript:
        box.send_keys(Keys.ENTER)
    window.await_element("#summary", "2 recipes have “CHICK” in their names.")
    assert titles(window) == ["Chicken Vesuvio", "Chicken Paprikash"]
    assert window.find("#keyword")[0].get_attribute("value") == "CHICK"
    window.await_state(lambda: window.driver.current_url == server.url + "/?keyword=CHICK", "address of the search")
    window.screenshot(f"results-{window.name}", whole=True)
    window.driver.refresh()
    window.await_element("#summary", "2 recipes have “CHICK” in their names.")
    window.find("#all")[0].click()
    window.await_state(lambda: len(titles(window)) == 3, "return to all")
    assert window.driver.current_url == server.url + "/"


def test_a_search_without_results_says_so(server, window):
    window.open(server.url + "/?keyword=haggis")
    window.await_element("#summary", "No recipe has “haggis” in its name.")
    window.await_element("#none", "add the recipe yourself")
    window.screenshot(f"empty-{window.name}", whole=True)
    if window.javascript:
        window.find("#keyword")[0].send_keys(Keys.BACKSPACE * 6, "curry")
        window.await_element("#summary", "1 recipe has “curry” in its name.")
        assert not window.find("#none")[0].is_displayed()


def test_a_short_keyword_shows_an_error_at_the_search_box(server, window):
    window.open(server.url)
    window.find("#keyword")[0].send_keys("ch", Keys.ENTER)
    window.await_element("#keyword-note", "Type at least 3 letters.")
    assert window.find("#keyword")[0].get_attribute("aria-invalid") == "true"
    assert focused(window) == "keyword"
    window.screenshot(f"short-{window.name}", whole=True)


def test_a_recipe_is_added_and_shown(server, window):
    window.open(server.url)
    fill(window, label="Soup <b>&", source="Ann", url="HTTPS://Example.com/soup")
    submit(window)
    window.await_element("#outcome", "“Soup <b>&” was added as No. 4.")
    assert titles(window, "#added") == ["Soup <b>&"]
    link = window.find("#added h3 a")[0]
    assert (link.get_attribute("href"), link.get_attribute("rel")) == ("https://example.com/soup", "noopener nofollow")
    window.await_state(lambda: titles(window)[3:] == ["Soup <b>&"], "recipe in the list")
    assert window.find("#label")[0].get_attribute("value") == ""
    assert server.ask("/api/v1/recipes/4")[2] == (
        '{"label":"Soup <b>&","source":"Ann","url":"https://example.com/soup","id":4,"submitter_id":1}')
    assert fits(window)
    window.screenshot(f"added-{window.name}", whole=True)
    window.screenshot(f"added-{window.name}-window")


def test_errors_stand_at_their_inputs_and_values_stay(server, window):
    window.open(server.url)
    fill(window, label="Soup", url="example.com/soup")
    submit(window)
    window.await_element("#outcome", "Correct the 2 marked fields.")
    assert note(window, "label") == "What the dish is called"
    assert note(window, "source") == "Say who it is from."
    assert note(window, "url") == "Write it like https://example.com/soup"
    invalid = [box.get_attribute("id") for box in window.find("[aria-invalid=true]")]
    assert invalid == ["source", "url"]
    for name in invalid:
        assert window.find(f"#{name}")[0].get_attribute("aria-describedby") == f"{name}-note"
    assert focused(window) == "source"
    assert window.find("#label")[0].get_attribute("value") == "Soup"
    assert window.find("#url")[0].get_attribute("value") == "example.com/soup"
    assert fits(window)
    window.screenshot(f"errors-{window.name}", whole=True)
    window.screenshot(f"errors-{window.name}-window")
    fill(window, source="Ann", url="https://example.com/soup")
    submit(window)
    window.await_element("#outcome", "“Soup” was added as No. 4.")
    assert window.find("[aria-invalid]") == []


def test_the_script_shows_what_the_server_renders(server, window):
    """The script renders the same cards and messages as the server."""
    if not window.javascript:
        pytest.skip("without a script")
    window.open(server.url + "/?keyword=chicken")
    rendered = cards(window)
    summary = window.find("#summary")[0].text
    window.open(server.url)
    window.find("#keyword")[0].send_keys("chicken")
    window.await_element("#summary", summary)
    assert cards(window) == rendered


ODD_ROWS = [
    ("<img src=x onerror=alert(1)> odd", "<i>'\"&</i>", "javascript:alert(1)//odd"),
    ("odd " + "x" * 5000, "y" * 5000, "HTTPS://e.com/\"'><b>"),
    ("odd \U0001f957" * 600, None, None),
    ("odd שלום", " ", "//e.com/odd"),
]


def test_odd_rows_are_shown_as_text(server, window):
    with contextlib.closing(sqlite3.connect(f"{server.directory}/recipes.db")) as table:
        table.executemany("INSERT INTO recipe (label, source, url) VALUES (?, ?, ?)", ODD_ROWS)
        table.execute("INSERT INTO recipe (label, source, url) VALUES ('', 7, 1.5), (12345, 0.5, 'http://e.com')")
        table.commit()
    window.open(server.url + "/?keyword=odd")
    window.await_element("#summary", "4 recipes have “odd” in their names.")
    made, links = cards(window), [link.get_attribute("href") for link in window.find("#list h3 a")]
    assert titles(window)[0] == ODD_ROWS[0][0]
    assert [link.lower()[:14] for link in links] == ["https://e.com/"]
    assert fits(window)
    window.screenshot(f"odd-{window.name}", whole=True)
    window.open(server.url)
    all_made = cards(window)
    if window.javascript:
        window.find("#keyword")[0].send_keys("odd")
        window.await_element("#summary", "4 recipes have “odd” in their names.")
        assert cards(window) == made
        window.find("#all")[0].click()
        window.await_element("#summary", "All recipes, by number.")
        assert cards(window) == all_made


def test_long_lists_are_cut(server, window):
    with contextlib.closing(sqlite3.connect(f"{server.directory}/recipes.db")) as table:
        table.executemany("INSERT INTO recipe (label) VALUES (?)", [(f"Stew {number}",) for number in range(30)])
        table.commit()
    window.open(server.url)
    window.await_element("#summary", "The first 10 recipes, by number.")
    window.find("#keyword")[0].send_keys("stew", *([] if window.javascript else [Keys.ENTER]))
    window.await_element("#summary", "The first 24 recipes with “stew” in their names. There are more")
    assert titles(window) == [f"Stew {number}" for number in range(24)]


def test_a_stopped_server_is_reported(server, window):
    if not window.javascript:
        pytest.skip("the browser shows its own error page")
    window.open(server.url)
    fill(window, label="Soup", source="Ann", url="https://example.com/soup")
    server.stop()
    submit(window)
    window.await_element("#outcome", "The server did not answer.")
    assert window.find("#label")[0].get_attribute("value") == "Soup"
    window.find("#keyword")[0].send_keys("chicken")
    window.await_element("#summary", "The search failed.")
    window.console()  # the refused connections


def test_every_control_is_reached_with_the_keyboard(server, window):
    window.open(server.url)
    reached = []
    window.find("body")[0].send_keys(Keys.TAB)
    for _ in range(40):
        element = window.driver.switch_to.active_element
        if element.tag_name == "body":
            break
        reached.append(element.get_attribute("id") or element.text)
        element.send_keys(Keys.TAB)
    for name in ["keyword", "Search", "label", "source", "url", "Add the recipe", "Chicken Vesuvio"]:
        assert name in reached, f"{name} is not among {reached}"
    assert reached.index("keyword") < reached.index("Chicken Vesuvio") < reached.index("label")
    assert reached.index("label") < reached.index("source") < reached.index("url") < reached.index("Add the recipe")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_page_has_a_dark_mode(server, open_browser, size):
    browser = open_browser(size=size, dark=True)
    browser.open(server.url + "/?keyword=chicken")
    background = browser.find("body")[0].value_of_css_property("background-color")
    assert background in ("rgba(25, 21, 18, 1)", "rgb(25, 21, 18)")
    browser.find(".add form button")[0].click()
    browser.await_element("#outcome", "Correct the 3 marked fields.")
    browser.screenshot(f"dark-{'wide' if size == WIDE else 'narrow'}", whole=True)


def test_the_layout_does_not_shift(server, open_browser):
    """No layout shift while the page loads, and none when an error appears."""
    browser = open_browser()
    browser.open(server.url)
    shift = browser.driver.execute_async_script("""
        const done = arguments[arguments.length - 1];
        let sum = 0;
        new PerformanceObserver(list => { for (const entry of list.getEntries()) sum += entry.value; })
          .observe({ type: "layout-shift", buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
    """)
    assert shift == 0
    before = browser.find(".add form")[0].size
    submit(browser)
    browser.await_element("#outcome", "Correct the 3 marked fields.")
    assert browser.find(".add form")[0].size == before


def test_a_form_of_another_origin_posts_nothing(server, open_browser):
    """A cross-site form post by a real browser is rejected."""
    browser = open_browser()
    browser.open("data:text/html,<form method=post action='" + server.url + "/recipes'>"
                 "<input name=label value=x><input name=source value=x><input name=url value='https://e.com'>"
                 "<input name=submitter_id value=1><button>x</button></form>")
    browser.find("button")[0].click()
    browser.await_state(lambda: "posted from another site" in browser.driver.page_source, "refusal")
    assert server.ask("/api/v1/recipes/4")[0] == 404
