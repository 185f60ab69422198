"""Hit rates of any period, from an archive of Hit Tracker.

    spark-submit rates.py --archive /backup/hits --from 2026-01-01 --to 2026-02-01 --interval day

Prints JSON like `hit-tracker report --json`: totals and a series, with visitors counted exactly. A part of an archive is a
Parquet file with a manifest beside it; a file without a manifest is still being written.
"""

import argparse
import hashlib
import json
import re
import sys
from datetime import datetime, timedelta, timezone
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

LONGEST_FOLDER = 255
# Name of engagement signals, which report how long or how far down a page is viewed and do not count as hits. Versions without
# signals stored events with this name, without either value.
SIGNAL = "engagement"
INTERVALS = ("minute", "hour", "day", "week", "month")


def parts(spark: SparkSession, archive: str, site: str, first: datetime, end: datetime) -> list[str]:
    """Paths of the files that may have hits of a period: named by site and UTC day, `example.com/2026-01-31.….parquet`."""
    jvm = spark._jvm
    folder = jvm.org.apache.hadoop.fs.Path(archive)
    files = folder.getFileSystem(spark._jsc.hadoopConfiguration())
    if not files.exists(folder):
        sys.exit(f"rates: there is no archive at {archive}")
    found = []
    for status in files.globStatus(jvm.org.apache.hadoop.fs.Path(folder, "*/*.json")):
        path = status.getPath()
        name, day = path.getName(), path.getName()[:10]
        if name.startswith(".") or (site and path.getParent().getName() != part_folder(site)):
            continue
        if first.date().isoformat() <= day <= end.date().isoformat():
            found.append(path.toString().removesuffix(".json") + ".parquet")
    return found


def part_folder(site: str) -> str:
    """The folder of a site, as `src/archive/part-name.ts` names it: other characters than those of host names become `~` and their byte."""
    raw = site.encode()
    last = len(raw) - 1
    folder = "".join(safe(chr(byte), 0 < index < last) for index, byte in enumerate(raw)) or "~"
    return folder if len(folder) <= LONGEST_FOLDER else "~~" + hashlib.sha256(raw).hexdigest()


def safe(char: str, is_inside: bool) -> str:
    if re.fullmatch("[a-z0-9_-]", char) or (char == "." and is_inside):
        return char
    return f"~{ord(char):02x}"


def read(spark: SparkSession, paths: list[str]) -> DataFrame:
    """Files of several versions: later ones have more columns."""
    return spark.read.option("mergeSchema", "true").parquet(*paths)


def selected(archive: DataFrame, site: str, first: datetime, end: datetime) -> DataFrame:
    """Hits of people in a period, `end` exclusive, without engagement signals."""
    counted = (F.col("bot") == "") & ~is_signal(archive)
    chosen = archive.where((F.col("time") >= F.lit(first)) & (F.col("time") < F.lit(end)) & counted)
    return chosen.where(F.col("site") == site) if site else chosen


def is_signal(archive: DataFrame) -> Column:
    """Files of versions without signals lack the columns of what they tell."""
    columns = [F.coalesce(F.col(name), F.lit(-1)) for name in ("engaged", "scroll") if name in archive.columns]
    if not columns:
        return F.lit(False)
    engaged, scroll = columns
    return (F.col("name") == SIGNAL) & ((engaged > 0) | (scroll >= 0))


def counts() -> list[Column]:
    """A visitor of two sites counts as two."""
    return [F.count(F.lit(1)).alias("hits"), F.count_distinct("site", "visitor").alias("visitors")]


def totals(chosen: DataFrame) -> dict[str, int]:
    row = chosen.agg(*counts()).first()
    return {"hits": row["hits"], "visitors": row["visitors"]}


def series(chosen: DataFrame, interval: str) -> list[dict[str, Any]]:
    """Intervals with hits, in order."""
    # As a number: a timestamp would be in the local time zone.
    slot = F.unix_seconds(F.date_trunc(interval, "time")).alias("slot")
    rows = chosen.groupBy(slot).agg(*counts()).orderBy("slot").collect()
    return [{"time": iso(at(row["slot"])), "hits": row["hits"], "visitors": row["visitors"]} for row in rows]


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)


def iso(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """`2026-01-31` or `2026-01-31T12:00:00Z`, in UTC."""
    try:
        time = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is not like 2026-01-31 or 2026-01-31T12:00:00Z') from None
    return time.replace(tzinfo=timezone.utc) if time.tzinfo is None else time.astimezone(timezone.utc)


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="hit rates of any period, from an archive")
    parser.add_argument("--archive", required=True, help="folder or s3a://bucket/prefix: --to of hit-tracker archive")
    parser.add_argument("--site", default="", help="one site [all]")
    parser.add_argument("--from", dest="first", type=moment, required=True, help="2026-01-31 or a time, in UTC")
    parser.add_argument("--to", dest="end", type=moment, required=True, help="the same, exclusive")
    parser.add_argument("--interval", choices=INTERVALS, default="day")
    args = parser.parse_args(argv)
    if args.first >= args.end:
        parser.error("--from is not before --to")
    return args


def main(argv: list[str]) -> None:
    args = arguments(argv)
    builder = SparkSession.builder.appName("hit-tracker rates").config("spark.sql.session.timeZone", "UTC")
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("WARN")
    paths = parts(spark, args.archive, args.site, args.first, args.end - timedelta(microseconds=1))
    answer: dict[str, Any] = {
        "site": args.site or None,
        "from": iso(args.first),
        "to": iso(args.end),
        "interval": args.interval,
        "totals": {"hits": 0, "visitors": 0},
        "series": [],
    }
    if paths:
        chosen = selected(read(spark, paths), args.site, args.first, args.end).cache()
        answer |= {"totals": totals(chosen), "series": series(chosen, args.interval)}
    span = (args.end - args.first).total_seconds()
    answer["totals"]["hits_per_second"] = round(answer["totals"]["hits"] / span, 6)
    print(json.dumps(answer))
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
