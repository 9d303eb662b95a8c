import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from obafgkm import mk
from obafgkm.errors import SpectralTypeError

READ = {
    # Plain, with spaces, fractions, subdivided and peculiar luminosity classes.
    "G2V": "G2V",
    "M6 V": "M6V",
    "B0.5Ibe...": "B0.5I",
    "A3Ia+...": "A3I",
    "K3Ib...": "K3I",
    "M1Ia-ab": "M1I",
    "B9.5V+...": "B9.5V",
    "F7Vwe": "F7V",
    "F8VFe-0.8CH-0.5": "F8V",
    "G8IIIaCN1": "G8III",
    "B1.Vs": "B1V",
    "G0 Vvar": "G0V",
    "O4.5V((fc))": "O4.5V",
    "A8V(n)": "A8V",
    # Uncertain ones.
    "K1:IV-V:": "K1IV",
    "F6/8(V)": "F6V",
    "G8:V:": "G8V",
    # Ranges: the first member.
    "G8III-IV": "G8III",
    "B8IV-VHgMn": "B8IV",
    "F5/F6IV/V": "F5IV",
    "G5/G6IVw": "G5IV",
    "F5-6V": "F5V",
    "A0/1V": "A0V",
    "K7/M0V": "K7V",
    "B9.5/A0V": "B9.5V",
    "B57V": "B5V",
    "O8/O9": "O8",
    # Slightly earlier or later.
    "K0-III": "K0III",
    "G8+IIIb": "G8III",
    "K1-III-IV": "K1III",
    # Composites: the first component.
    "G6 IV + M6 V": "G6IV",
    "A5/7V+(F0)": "A5V",
    "F5+G0V": "F5",
    # Metal lines typed apart.
    "kA5hF0mF2V": "F0V",
    "kA4hF1mF3(V)": "F1V",
    "kA9hF5mF5(II-III)EuBa": "F5II",
    "G8wF8III/IV": "G8III",
    "F5VkF4mF2": "F5V",
    # Prefixes.
    "sd:F0": "F0",
    "sdG2": "G2",
    "dM4": "M4V",
    "gK2": "K2III",
    "sgK1": "K1IV",
    "cA2": "A2I",
    "rG5III": "G5III",
    "wF5V": "F5V",
    "esdM5": "M5",
    "usdM7": "M7",
    "MPF4V": "F4V",
    # No luminosity class in I ... V.
    "G0": "G0",
    "B9p(SiCrSr)": "B9",
    "A2 (HB)": "A2",
    "F3 VI": "F3",
    "K2IIICNIb": "K2III",
    "F8V-VI": "F8V",
    # The digit zero for the letter O.
    "08 Ib": "O8I",
}
REJECTED = {
    "KIIvw": "no subclass",
    "Am": "no subclass",
    "G:?": "no subclass",
    "sd:F": "no subclass",
    "GB": "no subclass",
    "F(3)w": "no subclass",
    "III": "no temperature class",
    "HB": "no temperature class",
    "DA3": "not a star of classes O to M",
    "C5,4": "not a star of classes O to M",
    "WN5": "not a star of classes O to M",
    "S5/6": "not a star of classes O to M",
    "Se...": "not a star of classes O to M",
    "CII...": "not a star of classes O to M",
    "L5": "not a star of classes O to M",
    "": "no type given",
    "??": "no type given",
    "...": "no type given",
    "nan": "no type given",
    None: "no type given",
}

mk_types = st.builds(
    mk.MKType,
    st.sampled_from(mk.MAIN_CLASSES),
    st.integers(0, 99).map(lambda tenths: tenths / 10),
    st.none() | st.integers(0, 4),
)


@pytest.mark.parametrize(("text", "expected"), READ.items())
def test_reads_types_as_catalogues_print_them(text, expected):
    assert str(mk.parse(text)) == expected


@pytest.mark.parametrize(("text", "reason"), REJECTED.items())
def test_rejects_with_a_reason(text, reason):
    with pytest.raises(SpectralTypeError, match=reason) as caught:
        mk.parse(text)
    assert caught.value.reason == reason
    assert caught.value.text == text


@given(st.text() | st.text(alphabet="OBAFGKMIVdkhmsgw0123456789.:/-+()? _"))
def test_any_text_is_read_or_rejected(text):
    try:
        mk_type = mk.parse(text)
    except SpectralTypeError:
        return
    assert 0 <= mk_type.number < mk.N_CLASSES
    assert mk.parse(str(mk_type)) == mk_type


@given(mk_types)
def test_a_written_type_is_read_back(mk_type):
    assert mk.parse(str(mk_type)) == mk_type


@pytest.mark.parametrize(
    ("text", "number"), [("O0V", 0), ("O9.5Ia", 9), ("B0V", 10), ("K2III", 52), ("M9V", 69)]
)
def test_class_number_truncates(text, number):
    assert mk.parse(text).number == number


@given(st.integers(0, 69))
def test_class_name_is_the_type_without_luminosity(number):
    assert mk.parse(mk.class_name(number)).number == number


def test_main_class_of_numbers_outside_the_sequence():
    np.testing.assert_array_equal(mk.main_class([-3.0, 0, 9.9, 10, 69.4, 75]), [0, 0, 0, 1, 6, 6])


def test_spectral_codes_of_the_paper():
    assert mk.spectral_code(19, 4) == 2909.5
    assert mk.spectral_code(52, 2) == 6205.5


def test_spectral_codes_are_inverted():
    number, luminosity = np.meshgrid(np.arange(70), np.arange(5))
    code = mk.spectral_code(number, luminosity)
    np.testing.assert_array_equal(np.round(mk.class_from_code(code)), number)
    giants = luminosity == 2
    np.testing.assert_array_equal(mk.class_from_code(code[giants]), number[giants])
    np.testing.assert_array_equal(mk.code_from_class(number[giants]), code[giants])
    for characters in (3, 4):
        np.testing.assert_array_equal(mk.luminosity_from_code(code, characters), luminosity)


def test_every_code_of_a_class_decodes_to_it():
    codes = np.array([2900.0, 2909.5, 2999.9, 3000.0, 500.0, 9000.0])
    np.testing.assert_array_equal(mk.whole_class(mk.class_from_code(codes)), [19, 19, 19, 20, 0, 69])
    np.testing.assert_array_equal(mk.whole_class(np.arange(70)), np.arange(70))


def test_luminosity_of_a_predicted_code_is_the_nearest_to_its_last_three_characters():
    codes = [2904.4, 2904.6, 6231.5, 2939.96, 2900.0]
    np.testing.assert_array_equal(mk.luminosity_from_code(codes), [1, 2, 0, 0, 0])
    np.testing.assert_array_equal(mk.luminosity_from_code(codes, 4), [1, 2, 4, 4, 0])
