"""Routes of the feeds: hands requests below /feeds to ``feeds.answer`` with a connection to the tracker."""

from datasette import Response, hookimpl

from feeds.answer import Live, answer

LIVE = {}


@hookimpl
def register_routes():
    return [(r"^/feeds(?P<path>/.*)?$", feeds)]


async def feeds(request, datasette):
    database = tracker(datasette)
    live = LIVE.setdefault(id(datasette), Live())
    path, query, headers, method = request.url_vars["path"] or "", request.query_string, request.headers, request.method
    found = await database.execute_fn(lambda db: answer(live, db, path, query, headers, method))
    headers = dict(found.headers)
    kind = headers.pop("content-type", "text/plain; charset=utf-8")
    return Response(found.body, status=found.status, headers=headers, content_type=kind)


def tracker(datasette):
    """The database that is served."""
    names = [name for name in datasette.databases if not name.startswith("_")]
    return datasette.get_database("tracker" if "tracker" in names else names[0])
