"""What a run's journal says, and what is left of one that was cut."""


def bodies(runs, run_id, kind):
    """The bodies of a run's records of one kind, oldest first."""
    return [record.body for record in runs.journal.records(run_id) if record.kind == kind]


def kinds(runs, run_id):
    """The kinds of a run's records, oldest first."""
    return [record.kind for record in runs.journal.records(run_id)]


def cut(place, kept):
    """Leave the first `kept` records of journal and heads."""
    for path in (place.journal / "journal.jsonl", place.heads / "heads.jsonl"):
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:kept]))
