"""The report, the statement and their papers over HTTP."""

import asyncio

from server_world import SmallService, running

from vedette.base.errors import VedetteError


def test_the_report_and_the_statement_download():
    async def story():
        async with running() as world, world.browser() as client:
            report = await client.get("/api/incident.html")
            assert report.headers["content-type"].startswith("text/html")
            assert "content-disposition" not in report.headers
            saved = await client.get("/api/incident.html?download=1")
            assert saved.headers["content-disposition"] == 'attachment; filename="incident.html"'
            statement = await client.get("/api/incident/statement.txt")
            assert statement.text == "DRAFT. Facts only."
            assert "attachment" in statement.headers["content-disposition"]

    asyncio.run(story())


def test_report_and_statement_are_had_as_pdf_and_the_statement_as_people_left_it():
    async def story():
        async with running() as world, world.browser() as client:
            formats = (await client.get("/api/incident/formats")).json()
            assert formats == {"pdf": True, "pdf_bar": ""}
            report = await client.get("/api/incident.pdf")
            assert report.headers["content-type"] == "application/pdf"
            assert report.headers["content-disposition"] == 'attachment; filename="incident.pdf"'
            assert report.content == b"%PDF-1.7 report"
            path = "/api/incident/statement.pdf"
            edited = await client.post(path, json={"text": "Ours. #panic() $x"})
            assert edited.content == b"%PDF-1.7 Ours. #panic() $x"
            assert edited.headers["content-disposition"] == 'attachment; filename="statement.pdf"'
            for body in ({"text": ""}, {"text": "x" * 20_001}, {"text": "a\u202eb"}, {}, {"t": 1}):
                assert (await client.post(path, json=body)).status_code == 400, body
            foreign = {"origin": "http://elsewhere.example", "sec-fetch-site": "cross-site"}
            refused = await client.post(path, json={"text": "x"}, headers=foreign)
            assert refused.status_code == 403
            await world.log_in(client, "watch")
            del client.headers["X-Vedette-CSRF"]
            assert (await client.post(path, json={"text": "x"})).status_code == 403
        acts = [act.what for act in world.service.audited]
        assert acts.count("save report") == 1 and "save statement" in acts

    asyncio.run(story())


def test_without_a_compiler_the_reason_is_said_and_the_rest_is_there():
    why = "PDF needs typst: pip install 'vedette[typst]'"

    class WithoutPdf(SmallService):
        def paper_bar(self) -> str:
            return why

        async def paper(self, statement: str | None) -> bytes:
            raise VedetteError(why)

    async def story():
        async with running() as world, world.browser() as client:
            world.service.__class__ = WithoutPdf
            formats = (await client.get("/api/incident/formats")).json()
            assert formats == {"pdf": False, "pdf_bar": why}
            refused = await client.get("/api/incident.pdf")
            assert refused.status_code == 503 and refused.json() == {"error": why}
            assert (await client.get("/api/incident.html")).status_code == 200

    asyncio.run(story())
