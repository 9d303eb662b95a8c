"""A permanent attack: damaged files of every format, classified and ingested, with fixed seeds."""

import gzip
import io
import tarfile
import zipfile

import numpy as np
import pandas as pd
from astropy.io import fits
from astropy.table import Table
from mutants import mutant

from obafgkm.archives import jhc
from obafgkm.classify import classify_files
from obafgkm.spectra import Spectra

SEEDS = range(50)
WAVE = np.linspace(3850, 6900, 500)
FLUX = 1 - 0.6 * np.exp(-0.5 * ((WAVE - 4861) / 10) ** 2) + 0.01 * np.sin(WAVE)
# How a barrier speaks of a reader that it had to end: no damage of these is so bad.
ENDED = "the process that read it|takes too long|cannot be classified|cannot be brought"


def text():
    buffer = io.BytesIO()
    np.savetxt(buffer, np.stack([WAVE, FLUX], axis=1), fmt="%.6g", header="wavelength flux")
    return buffer.getvalue()


def table(form):
    buffer = io.BytesIO() if form in ("fits", "votable") else io.StringIO()
    Table({"wavelength": WAVE, "flux": FLUX}, units={"wavelength": "Angstrom"}).write(buffer, format=form)
    content = buffer.getvalue()
    return content if isinstance(content, bytes) else content.encode()


def image():
    buffer, header = io.BytesIO(), fits.Header()
    header["CRVAL1"], header["CDELT1"], header["CUNIT1"] = WAVE[0], WAVE[1] - WAVE[0], "Angstrom"
    fits.PrimaryHDU(FLUX.astype(np.float32), header).writeto(buffer)
    return buffer.getvalue()


def archive(kind):
    buffer = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("a.txt", text())
            file.writestr("b.fits", image())
    else:
        with tarfile.open(fileobj=buffer, mode=f"w:{kind}") as file:
            for name, content in (("a.txt", text()), ("b.fits", image())):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                file.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def ours(folder):
    labels = pd.DataFrame({"name": ["Sirius", "Vega"]})
    Spectra(WAVE, [FLUX, FLUX], np.ones((2, WAVE.size)), labels).write(folder / "ours.h5")
    return (folder / "ours.h5").read_bytes()


FORMATS = {
    "txt": text,
    "csv": lambda: table("ascii.csv"),
    "ecsv": lambda: table("ascii.ecsv"),
    "vot": lambda: table("votable"),
    "table.fits": lambda: table("fits"),
    "image.fits": image,
    "fits.gz": lambda: gzip.compress(image()),
    "tar": lambda: archive(""),
    "tar.gz": lambda: archive("gz"),
    "zip": lambda: archive("zip"),
    "h5": None,
}


def test_every_mutant_costs_rows_with_reasons_at_most(tmp_path):
    whole, mutants = [], []
    for ending, made in FORMATS.items():
        body = made() if made else ours(tmp_path)
        whole.append(tmp_path / f"whole.{ending}")
        whole[-1].write_bytes(body)
        for seed in SEEDS:
            mutants.append(tmp_path / f"mutant{seed}.{ending}")
            mutants[-1].write_bytes(mutant(body, seed))
    assert len(mutants) >= 500
    before = classify_files(whole)
    assert before["problem"].eq("").all()
    files = [*mutants, *whole]
    table = classify_files(files, jobs=2)
    assert table["file"].drop_duplicates().tolist() == list(map(str, files))
    assert table.loc[table["problem"].str.contains(ENDED), ["file", "problem"]].to_dict("records") == []
    assert table["problem"].ne("").sum() > 100
    after = table.tail(len(before)).reset_index(drop=True)
    pd.testing.assert_frame_equal(after, before, rtol=1e-3)  # the mutants' neighbours


def test_every_mutant_of_a_library_is_read_or_rejected(tmp_path):
    labels = pd.DataFrame(
        {"file": [f"jc_{n}.fits" for n in (1, 2)], "name": ["HD 1", "HD 2"], "type_text": ["G2V", "B1I"]}
    )
    flux = np.interp(jhc.WAVE, WAVE, FLUX)
    jhc.write(tmp_path, Spectra(jhc.WAVE, [flux, flux], np.ones((2, flux.size)), labels))
    body = (tmp_path / "jc_1.fits").read_bytes()
    index = pd.read_csv(tmp_path / "jhc_index.csv", dtype=str)
    seeds = range(3, 103)
    rows = [index.iloc[[0]].assign(number=str(seed), file=f"jc_{seed}.fits") for seed in seeds]
    pd.concat([index, *rows]).to_csv(tmp_path / "jhc_index.csv", index=False)
    for seed in seeds:
        (tmp_path / f"jc_{seed}.fits").write_bytes(mutant(body, seed))
    spectra, rejected = jhc.read(tmp_path)
    assert len(spectra) + len(rejected) == 102
    assert {"jc_1.fits", "jc_2.fits"} <= set(spectra.labels["file"])
    assert len(rejected) > 10
    assert not rejected["reason"].str.contains(ENDED).any()
    assert np.isfinite(spectra.flux).all()
