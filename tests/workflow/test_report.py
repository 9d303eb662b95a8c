"""The report, as a reader opens it: in a browser, from the archive, without a server."""

import shutil
import zipfile

import pytest
from conftest import ROOT
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import visibility_of_element_located
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = pytest.mark.slow

DOCUMENTS = [
    "Sharma et al. 2020",
    "Csepreghy 2020",
    "Hack or Hammer",
    "Gebran et al. 2022",
    "Saldic & Rathcke",
]

CAPTION = " ".join((ROOT / "workflow/report/sharma/fig07.rst").read_text().split())[:60]


@pytest.fixture(scope="module")
def browser():
    """Chromium without a screen."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (program and driver):
        pytest.skip("there is no chromium with its chromedriver (apt-get install chromium chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for option in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "window-size=1500,1000"):
        options.add_argument(f"--{option}")
    browser = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def report(tiny_run, browser, tmp_path_factory):
    """The report, opened."""
    archive = tiny_run / "results/report.zip"
    assert archive.stat().st_size < 50e6
    folder = tmp_path_factory.mktemp("report")
    zipfile.ZipFile(archive).extractall(folder)
    browser.get((folder / "report" / "report.html").as_uri())
    return browser


def find(report, text):
    """What bears this text, as soon as it can be seen."""
    path = f"//*[normalize-space(text())='{text}']"
    return WebDriverWait(report, 20).until(visibility_of_element_located((By.XPATH, path)))


def test_the_front_page_tells_how_to_read_it(report):
    text = report.find_element(By.TAG_NAME, "body").text
    for words in ["How to read this report", "JHC atlas (simulated)", "Methods", "IN THE LEDGER"]:
        assert words in text
    assert find(report, "How to read this report").rect["y"] > 0
    assert "Unknown target" not in text


@pytest.mark.parametrize("category", [*DOCUMENTS, "Claims", "Checks"])
def test_each_document_has_a_category(report, category):
    assert find(report, category)


def buttons(report, exhibit):
    """The eye and the i beside an exhibit."""
    return find(report, exhibit).find_elements(By.XPATH, "./ancestor::tr//*[@type='button']")


def test_a_click_on_a_figure_shows_it_and_a_second_one_tells_what_it_is(report):
    find(report, "Sharma et al. 2020").click()
    eye, info = buttons(report, "Figure 7")
    eye.click()
    picture = WebDriverWait(report, 20).until(visibility_of_element_located((By.CSS_SELECTOR, ".p-3 > img")))
    assert picture.get_attribute("src").endswith("fig07.png")
    WebDriverWait(report, 20).until(lambda _: int(picture.get_attribute("naturalWidth")) > 500)
    info.click()
    WebDriverWait(report, 20).until(lambda page: CAPTION in page.find_element(By.TAG_NAME, "body").text)
