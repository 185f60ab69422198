"""Hits and visitors in sliding windows, from Kafka, in near real time.

    spark-submit --jars … windows.py --brokers k1:9092,k2:9092 --topic hits --results hit-windows --checkpoint /var/spark/hits

A hit is identified by its partition, its batch and its position there: a duplicate is skipped if it arrives before the
watermark has passed its time; after that it is late like any other, and not counted at all. So the state is bounded: a
number for each hit of the last `--watermark` of event time.

A hit later than the watermark allows is not in any window. The number of these is printed, with the rest of the progress, as
a line of JSON for each trigger; the store has them anyway.

Each window has its own query and checkpoint: killed at any moment, it resumes from there. A window's result has the window as
its key, so that one that is written again replaces the previous one.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming import StreamingQuery, StreamingQueryListener

from records import hits, parse, read_topic

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
PARTITIONS = "spark.sql.shuffle.partitions"
# The standard error of estimated visitors (HyperLogLog++).
ERROR = 0.01


@dataclass(frozen=True)
class Sliding:
    """A window of `length`, starting every `slide`, in seconds."""

    length: int
    slide: int

    @property
    def name(self) -> str:
        return f"{self.length}s-{self.slide}s"


def seconds(text: str) -> int:
    """`90s`, `5m`, `1h`, `1d` in seconds."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if not match or int(match[1]) == 0:
        raise argparse.ArgumentTypeError(f'"{text}" is not like 30s, 5m, 1h or 1d')
    return int(match[1]) * SECONDS[match[2]]


def sliding(text: str) -> list[Sliding]:
    """`1m/10s,5m/1m`: lengths, and how often a window starts."""
    found = []
    for item in text.split(","):
        length, _, slide = item.partition("/")
        window = Sliding(seconds(length), seconds(slide or length))
        if window.slide > window.length or window.length // window.slide > 100:
            raise argparse.ArgumentTypeError(f'"{item}": a window must start at least once, and at most 100 times, in its length')
        found.append(window)
    return found


def option(text: str) -> tuple[str, str]:
    """`kafka.security.protocol=SASL_SSL`."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise argparse.ArgumentTypeError(f'"{text}" is not like kafka.security.protocol=SASL_SSL')
    return name, value


def count(stream: DataFrame, window: Sliding, watermark: int) -> DataFrame:
    """Hits and visitors by window and site; `site` is '' for all sites together.

    :param stream: hits, with `time`, `site`, `visitor`, and what tells them apart: `partition`, `batch`, `at`
    """
    return (
        stream.withWatermark("time", f"{watermark} seconds")
        .dropDuplicatesWithinWatermark(["partition", "batch", "at"])
        .select("time", "visitor", F.explode(F.array(F.col("site"), F.lit(""))).alias("site"))
        .groupBy(F.window("time", f"{window.length} seconds", f"{window.slide} seconds").alias("window"), "site")
        .agg(F.count(F.lit(1)).alias("hits"), F.approx_count_distinct("visitor", ERROR).alias("visitors"))
    )


def results(counts: DataFrame, window: Sliding) -> DataFrame:
    """Counts as records of the topic of results: see docs/spark.md."""
    end = F.unix_millis(F.col("window.end"))
    value = F.struct(
        F.lit(1).alias("v"),
        F.col("site"),
        F.lit(window.length).alias("seconds"),
        F.lit(window.slide).alias("slide"),
        F.unix_millis(F.col("window.start")).alias("from"),
        end.alias("to"),
        F.col("hits"),
        F.col("visitors"),
        F.lit(ERROR).alias("error"),
    )
    key = F.concat_ws("|", F.col("site"), F.lit(str(window.length)), F.lit(str(window.slide)), end.cast("string"))
    return counts.select(key.alias("key"), F.to_json(value).alias("value"))


class Progress(StreamingQueryListener):
    """Prints what each trigger did, and how many hits were too late so far."""

    def __init__(self) -> None:
        self.late: dict[str, int] = {}

    def onQueryStarted(self, event: Any) -> None:
        say({"query": event.name, "event": "started"})

    def onQueryProgress(self, event: Any) -> None:
        progress = event.progress
        dropped = sum(operator.numRowsDroppedByWatermark for operator in progress.stateOperators)
        self.late[progress.name] = self.late.get(progress.name, 0) + dropped
        if progress.numInputRows > 0 or dropped > 0:
            watermark = progress.eventTime.get("watermark")
            say({"query": progress.name, "rows": progress.numInputRows, "late": self.late[progress.name], "watermark": watermark})

    def onQueryIdle(self, event: Any) -> None:
        pass

    def onQueryTerminated(self, event: Any) -> None:
        say({"query": str(event.id), "event": "ended", "fault": event.exception})


def say(fact: dict[str, Any]) -> None:
    print(json.dumps(fact), flush=True)


def parquet_writer(folder: str) -> Callable[[DataFrame, int], None]:
    """Writes each batch of rows to a folder of its own.

    A batch that was interrupted is computed again, with the same number, and replaces what is there of it. Spark's own sink
    leaves such files, and says in `_spark_metadata` which ones count: only Spark reads that.
    """

    def write(rows: DataFrame, batch: int) -> None:
        rows.write.mode("overwrite").parquet(f"{folder}/batch={batch}")

    return write


def refuse_logged(spark: SparkSession, folder: str) -> None:
    """Ends the job if a folder has files of Spark's own sink, whose log hides all others from Spark."""
    log = spark._jvm.org.apache.hadoop.fs.Path(folder, "_spark_metadata")
    if log.getFileSystem(spark._jsc.hadoopConfiguration()).exists(log):
        sys.exit(f"windows: {folder} was written by an earlier version: set --parquet to a new folder, and keep --checkpoint")


def start(spark: SparkSession, args: argparse.Namespace) -> list[StreamingQuery]:
    """One query for each window, one for each window written to Parquet, and one for dead letters."""
    options = dict(args.kafka_option)
    parsed = parse(read_topic(spark, args.brokers, args.topic, options))
    writer_options = {name: value for name, value in options.items() if name.startswith("kafka.")}
    queries = []
    for window in args.windows:
        counts = count(hits(parsed), window, args.watermark)
        queries.append(
            results(counts, window)
            .writeStream.queryName(window.name)
            .outputMode("update")
            .format("kafka")
            .option("kafka.bootstrap.servers", args.brokers)
            .option("topic", args.results)
            .options(**writer_options)
            .option("checkpointLocation", f"{args.checkpoint}/{window.name}")
            .trigger(processingTime=f"{args.trigger} seconds")
            .start()
        )
        if args.parquet:
            # Each window once, after the watermark has passed its end.
            final = counts.select("window.start", "window.end", "site", "hits", "visitors")
            queries.append(
                final.writeStream.queryName(f"{window.name}-parquet")
                .outputMode("append")
                .foreachBatch(parquet_writer(f"{args.parquet}/{window.name}"))
                .option("checkpointLocation", f"{args.checkpoint}/{window.name}-parquet")
                .trigger(processingTime=f"{args.trigger} seconds")
                .start()
            )
    queries.append(
        parsed.where("fault IS NOT NULL")
        .select("fault", "partition", "value")
        .writeStream.queryName("set-aside")
        .format("json")
        .option("path", f"{args.checkpoint}/set-aside-records")
        .option("checkpointLocation", f"{args.checkpoint}/set-aside")
        .trigger(processingTime=f"{args.trigger} seconds")
        .start()
    )
    return queries


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="hits and visitors in sliding windows, from Kafka")
    parser.add_argument("--brokers", required=True, help="host:9092,host2:9092")
    parser.add_argument("--topic", required=True, help="the topic of hits: --stream of hit-tracker serve")
    parser.add_argument("--results", required=True, help="the topic that results go to: --stream-results of hit-tracker serve")
    parser.add_argument("--checkpoint", required=True, help="folder or s3a://… for the state of the job")
    parser.add_argument("--windows", type=sliding, default="1m/10s,5m/30s,1h/1m", help="lengths/slides [1m/10s,5m/30s,1h/1m]")
    parser.add_argument("--watermark", type=seconds, default="10m", help="how late a hit may arrive [10m]")
    parser.add_argument("--trigger", type=int, choices=range(1, 601), default=5, metavar="SECONDS", help="between results, 1 to 600 [5]")
    parser.add_argument("--parquet", help="folder for final windows")
    parser.add_argument(
        "--kafka-option", action="append", default=[], type=option, metavar="NAME=VALUE", help="such as kafka.security.protocol=SASL_SSL"
    )
    return parser.parse_args(argv)


def session(name: str) -> SparkSession:
    """Times are UTC, whatever the machine's clock shows."""
    spark = SparkSession.builder.appName(name).config("spark.sql.session.timeZone", "UTC").getOrCreate()
    # Few groups change at once: two hundred tasks for each trigger would mostly wait for each other.
    if not spark.sparkContext.getConf().contains(PARTITIONS):
        spark.conf.set(PARTITIONS, "4")
    return spark


def main(argv: list[str]) -> None:
    args = arguments(argv)
    spark = session("hit-tracker windows")
    spark.sparkContext.setLogLevel("WARN")
    spark.streams.addListener(Progress())
    if args.parquet:
        for window in args.windows:
            refuse_logged(spark, f"{args.parquet}/{window.name}")
    start(spark, args)
    # A failed query ends the job, so that its supervisor restarts it.
    spark.streams.awaitAnyTermination()
    sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
