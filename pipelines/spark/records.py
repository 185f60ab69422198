"""Parses records of the topic of hits, which docs/stream.md describes, into columns.

A record that is not a hit has a `fault` with the reason; hits have none. Nothing is dropped here, so that callers can
count both.
"""

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import IntegerType, LongType, StringType, StructField, StructType

VERSION = 1
# Name of engagement signals, which report how long or how far down a page is viewed and do not count as hits. Versions without
# signals published events with this name, without either value.
SIGNAL = "engagement"

# Only the fields that the jobs use; others are ignored, so that later versions may add fields.
FIELDS = StructType(
    [
        StructField("v", IntegerType()),
        StructField("batch", StringType()),
        StructField("at", LongType()),
        StructField("of", LongType()),
        StructField("time", StringType()),
        StructField("visitor", StringType()),
        StructField("site", StringType()),
        StructField("bot", StringType()),
        StructField("name", StringType()),
        StructField("engaged", LongType()),
        StructField("scroll", IntegerType()),
    ]
)


def read_topic(spark: SparkSession, brokers: str, topic: str, options: dict[str, str]) -> DataFrame:
    """The topic as a stream, from its beginning. Records that Kafka removed before they were read do not stop it."""
    return (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", brokers)
        .option("subscribe", topic)
        .option("startingOffsets", "earliest")
        .option("failOnDataLoss", "false")
        .option("maxOffsetsPerTrigger", "500000")
        .options(**options)
        .load()
    )


def parse(records: DataFrame) -> DataFrame:
    """Adds the columns of a hit and `fault`.

    :param records: with `value` (bytes of JSON) and `partition`
    :returns: `partition`, `value` as a string, the fields, `time` as a timestamp, and `fault`, null for a hit
    """
    fields = F.from_json(F.col("value").cast("string"), FIELDS)
    read = records.select("partition", F.col("value").cast("string").alias("value"), fields.alias("hit"))
    columns = [F.col(f"hit.{name}").alias(name) for name in FIELDS.names if name != "time"]
    time = F.try_to_timestamp(F.col("hit.time"), F.lit("yyyy-MM-dd'T'HH:mm:ss[.SSS]X"))
    return read.select("partition", "value", *columns, time.alias("time")).withColumn("fault", fault())


def fault() -> Column:
    """Why a record is not a hit, in the words of Hit Tracker's loader."""
    return (
        F.when(F.col("v").isNull() | (F.col("v") != VERSION), f"it does not have version {VERSION}")
        .when(~is_batch(), '"batch" is not a 64-bit number in a string')
        .when(~matches("visitor", r"^[0-9a-f]{16}$"), '"visitor" is not 16 hexadecimal digits')
        .when(~matches("site", r"^[0-9a-z_.:-]{1,253}$"), '"site" is not a host name')
        .when(F.coalesce(F.col("at") < 0, F.lit(True)), '"at" is not a whole number')
        .when(F.coalesce(F.col("of") <= F.col("at"), F.lit(True)), '"of" is not more than "at"')
        .when(F.col("time").isNull(), '"time" is not an existing time such as 2026-11-24T12:00:00.000Z')
        # A single wrong clock would move the watermark, and make all other hits late.
        .when(F.col("time") > F.current_timestamp() + F.expr("INTERVAL 1 HOUR"), '"time" is in the future')
    )


def is_batch() -> Column:
    """An unsigned number of 64 bits."""
    number = F.when(matches("batch", r"^\d{1,20}$"), F.col("batch")).cast("decimal(20,0)")
    return F.coalesce(number <= F.lit(str(2**64 - 1)).cast("decimal(20,0)"), F.lit(False))


def matches(name: str, pattern: str) -> Column:
    return F.coalesce(F.col(name).rlike(pattern), F.lit(False))


def hits(parsed: DataFrame) -> DataFrame:
    """The hits that count: those of people, without engagement signals."""
    is_human = F.coalesce(F.col("bot") == "", F.lit(True))
    has_value = (F.coalesce(F.col("engaged"), F.lit(0)) > 0) | (F.coalesce(F.col("scroll"), F.lit(-1)) >= 0)
    is_signal = F.coalesce(F.col("name") == SIGNAL, F.lit(False)) & has_value
    counted = parsed.where(F.col("fault").isNull() & is_human & ~is_signal)
    return counted.drop("fault", "engaged", "scroll")
