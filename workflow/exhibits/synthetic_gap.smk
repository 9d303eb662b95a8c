# Exhibits of the synthetic gap; the form of a row: workflow/rules/documents.smk.

EXHIBITS["synthetic_gap"] = {
    "fig_gap": dict(
        about="errors on synthetic spectra and on the stars of MILES",
        input=dict(predictions="results/synthetic_gap/predictions.csv"),
        labels="Synthetic gap",
    ),
    "table_gap": dict(
        about="errors on synthetic spectra and on the stars of MILES, by type",
        input=dict(predictions="results/synthetic_gap/predictions.csv"),
        params=EVALUATION,
        labels="Synthetic gap by type",
    ),
}
