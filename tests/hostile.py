"""A toy city whose every name is an attack, for the tests of the outputs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import toy_results
import toys

from gapmap.about import InputFile
from gapmap.findings import finding

if TYPE_CHECKING:
    from gapmap.assessment import Assessment
    from gapmap.outputs import Results

NASTY = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(2)>",
    "<!-- --><svg/onload=alert(3)>",
    "{{7*7}}{% for x in y %}{# #}${alert(4)}`${alert(5)}`",
    "javascript:alert(6)",
    "'\"`;DROP TABLE places;--",
    '=HYPERLINK("http://evil.example","x")',
    "+1+1|cmd",
    "\t=1+1",
    "@SUM(A1)",
    "﹣１",
    "nul\x00bell\x07escape\x1b[2J\x1b]0;title\x07\x9b31m",
    "\u202egpj.exe\u202c and \u2066isolated\u2069",
    "\u2069\u202eno end",
    "line\u2028and\u2029paragraph\u0085next",
    "noncharacter \ufffe\uffff",
    "$\\frac{a}{$ \\unknowncommand $",
    "../../../../etc/passwd",
    "CON",
    "-rf *",
    "]]>&amp;&lt;<![CDATA[",
    "长" * 40_000,
    "_x0041_\r\nline two",
    "😀" * 20_000,
)
LONE = "lone \ud800 surrogate"  # pandas has none in its columns; names of files may
UNSEEN = "\x00\x07\x1b\x9b\x85\u2028\u2029\u202e\u202c\u2066\u2069\ud800\ufffe\uffff"


def nasty(number: int) -> str:
    return NASTY[number % len(NASTY)]


def assessment() -> Assessment:
    """Give the toy city with an attack in every name and text, all of them used."""
    services = tuple(
        replace(one, id=name, name={"zh": nasty(11 + at), "en": nasty(at)}, source=nasty(2 + at))
        for at, (one, name) in enumerate(
            zip(toys.SERVICES, ("'\"`;DROP TABLE places;--", "../\u202e<b>{{7*7}}"), strict=True)
        )
    )
    ids = {one.id: other.id for one, other in zip(toys.SERVICES, services, strict=True)}
    made = toys.assessment()
    access = made.access
    places, facilities = access.places, access.facilities
    cells = places.table.copy()
    for at, column in enumerate(("place", "town", "district")):
        cells[column] = [nasty(row + 7 * at) for row in range(len(cells))]
    built = facilities.table.copy()
    built["facility"] = [nasty(row + 12) for row in range(len(built))]
    built["failed"] = [nasty(row) for row in range(len(built))]
    built["service"] = built["service"].map(ids)
    built["<i>attribute\x00"] = [nasty(row + 15) for row in range(len(built))]
    districts = places.region.districts.copy()
    districts["district"] = [nasty(12), nasty(4)]
    towns = places.region.towns.copy()
    towns["town"] = [nasty(0), nasty(13), nasty(16)]
    region = replace(places.region, districts=districts, towns=towns)
    table = access.table.copy()
    table["service"] = table["service"].map(ids)
    for at, column in enumerate(("place", "town", "district", "facility", "evidence")):
        table[column] = [nasty(row + 5 * at) for row in range(len(table))]
    table["evidence_zh"] = table["evidence"]
    routes = access.routes.copy()
    routes["service"] = routes["service"].map(ids)
    targets = made.targets.copy()
    for at, column in enumerate(("title_zh", "title_en", "clause", "reason", "reason_zh", "quote")):
        targets[column] = [nasty(row + 3 * at) for row in range(len(targets))]
    coverage, gaps, equity = (
        one.assign(service=one["service"].map(ids))
        for one in (made.coverage, made.gaps, made.equity)
    )
    coverage = coverage.assign(
        group=[nasty(row) if kind == "town" else old
               for row, (kind, old) in enumerate(zip(coverage["group_kind"], coverage["group"],
                                                     strict=True))]
    )  # fmt: skip
    return replace(
        made,
        access=replace(
            access,
            places=replace(places, table=cells, region=region),
            facilities=replace(facilities, table=built, services=tuple(ids.values())),
            table=table,
            routes=routes,
            services=services,
        ),
        targets=targets,
        coverage=coverage,
        gaps=gaps,
        equity=equity,
    )


def results(language: str = "zh", report_html: str = "") -> Results:
    """Give everything that a run of the hostile city leaves."""
    made = assessment()
    sites = toys.proposal(made).sites
    sites = sites.assign(
        service=made.access.services[1].id,
        name=[nasty(11), nasty(12)],
        reason=[nasty(13), nasty(0)],
        reason_zh=[nasty(1), nasty(12)],
    )
    proposal = replace(
        toys.proposal(made),
        sites=sites,
        service=made.access.services[1].id,
        before=made,
        after=made,
    )
    about = replace(
        toys.ABOUT,
        name=LONE + "".join(NASTY[:21]),
        plan=nasty(12),
        credit=nasty(1) + nasty(13),
        scenario=nasty(2),
        language=language,
        inputs=tuple(
            InputFile(name=name[:200], role=name[:200], size_bytes=1, sha256="ab" * 32)
            for name in NASTY
        ),
        simulated=(nasty(0), nasty(12), LONE),
    )
    found = tuple(
        finding("position-missing", file=name, row=at, field=name, value=name, name=name)
        for at, name in enumerate(NASTY, start=2)
    )
    return toy_results.results(
        made,
        proposals=(proposal,),
        about=about,
        findings=found,
        report_html=report_html,
        study={"study": {"name": nasty(12), "\u202ekey": [nasty(11), LONE]}},
    )
