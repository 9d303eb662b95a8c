"""The training sample with a share of its labels wrong (Sharma et al. 2020, section 5.2, point 2)."""

from obafgkm.job import job
from obafgkm.mk import class_name
from obafgkm.robustness import wrong_labels
from obafgkm.spectra import Spectra


def mislabelled_spectra(spectra, share, seed):
    """The same spectra, `share` of them with the class of another.

    The paper counts 40, 100 and 200 spectra of its 1,859. The share is what a smaller sample has in common
    with it, so the share is what the configuration names.

    Parameters
    ----------
    spectra : Spectra
    share : float
        0 ... 1.
    seed : int
    """
    count = round(share * len(spectra))
    number = wrong_labels(spectra.labels["mk_class"].to_numpy(), count, seed)
    print(f"{count} of {len(spectra)} labels are wrong")
    spectra.labels = spectra.labels.assign(mk_class=number, mk_type=[class_name(n) for n in number])
    return spectra


if __name__ == "__main__":
    with job(snakemake):
        training = Spectra.read(snakemake.input.training)
        share = float(snakemake.wildcards.share)
        mislabelled_spectra(training, share, snakemake.params.seed).write(snakemake.output.training)
