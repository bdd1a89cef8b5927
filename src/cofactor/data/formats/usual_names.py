"""What columns are usually called, by the part they play."""

import re
from collections.abc import Sequence

__all__ = ["COUNT_NAMES", "LIKED_NAMES", "USUAL", "plain_name", "usual_column"]

COUNT_NAMES = (
    "plays", "playcount", "nplays", "listens", "listencount", "count", "counts", "quantity", "qty", "purchases",
    "views", "viewcount", "visits", "visitcount", "frequency",
)  # fmt: skip
LIKED_NAMES = ("liked", "like", "isliked", "islike")

# compared without case, spaces, signs and types ("User-ID", "user_id:token"); the first name found wins
USUAL: dict[str, tuple[str, ...]] = {
    "user": (
        "user", "userid", "uid", "username", "reviewerid", "customer", "customerid", "member", "memberid",
        "visitor", "visitorid", "client", "clientid", "account", "accountid", "person", "personid",
        "profileid", "userkey", "u",
    ),
    "item": (
        "item", "itemid", "iid", "movie", "movieid", "mid", "film", "filmid", "product", "productid", "asin",
        "parentasin", "isbn", "book", "bookid", "song", "songid", "track", "trackid", "artist", "artistid",
        "business", "businessid", "game", "gameid", "article", "articleid", "show", "showid", "anime", "animeid",
        "recipe", "recipeid", "venue", "venueid", "place", "placeid", "location", "locationid", "itemkey",
        "title", "i",
    ),
    "rating": (
        "rating", "ratings", "score", "stars", "star", "bookrating", "userrating", "overall", "value", "r",
        *LIKED_NAMES, *COUNT_NAMES, "weight",
    ),
    "timestamp": (
        "timestamp", "time", "ts", "datetime", "date", "unixreviewtime", "eventtime", "createdat", "ratedat",
        "updatedat", "when", "t",
    ),
    "title": ("title", "movietitle", "booktitle", "itemtitle", "producttitle", "itemname", "productname", "name"),
}  # fmt: skip


def usual_column(names: Sequence[str], role: str) -> str | None:
    """The column that by its name plays this part."""
    plain = {plain_name(name): name for name in reversed(names)}
    return next((plain[usual] for usual in USUAL[role] if usual in plain), None)


def plain_name(name: str) -> str:
    """Without case, spaces, signs and type: "user_id:token" is "userid"."""
    return re.sub(r"[^a-z0-9]", "", name.lower().partition(":")[0])
