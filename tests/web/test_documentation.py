"""OpenAPI tells every route, and the page to try it loads nothing from elsewhere."""

import re

from tests.web.office import Office


def test_every_route_of_the_api_is_told(office: Office) -> None:
    told = office.ask(None, "GET", "/openapi.json").body
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in office.client.application.url_map.iter_rules()
        if rule.rule.startswith("/v2")
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
    }
    assert routes == {
        (path, method) for path, item in told["paths"].items() for method in item if method != "parameters"
    }
    assert told["info"]["title"] == "Trunkline"
    assert told["components"]["securitySchemes"].keys() == {"basic", "bearer"}


def test_shapes_have_camundas_names_and_kinds(office: Office) -> None:
    shapes = office.ask(None, "GET", "/openapi.json").body["components"]["schemas"]
    task = shapes["UserTask"]["properties"]
    assert {"userTaskKey", "elementInstanceKey", "candidateGroups", "dueDate"} <= task.keys()
    assert task["userTaskKey"]["type"] == "string"
    assert task["priority"]["type"] == "integer"
    assert task["dueDate"] == {"type": "string", "format": "date-time"}
    assert set(task["state"]["enum"]) == {"CREATED", "ASSIGNING", "UPDATING", "COMPLETING", "COMPLETED", "CANCELED"}
    assert {"title", "status", "detail", "instance", "type"} <= shapes["Problem"]["properties"].keys()


def test_the_page_runs_files_of_its_own_only(office: Office) -> None:
    page = office.client.get("/api")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(sources) == 4
    assert all(source.startswith("/api/") and office.client.get(source).status_code == 200 for source in sources)
    assert "<script>" not in page.text


def test_only_the_files_of_the_page_are_given_out(office: Office) -> None:
    for name in ("oauth2-redirect.html", "../README.md", "%2e%2e/README.md", "LICENSE"):
        assert office.ask(None, "GET", f"/api/{name}").status == 404
