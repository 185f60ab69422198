"""Records of the topic of hits, as docs/stream.md describes them, read into columns.

A record that is no hit has a `fault`, which says why; all others have none. Nothing is dropped here, so that whoever reads
can count both.
"""

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import IntegerType, LongType, StringType, StructField, StructType

VERSION = 1

# Of a hit only what is counted here; other fields are left alone, so that a version may add some.
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
    ]
)


def read_topic(spark: SparkSession, brokers: str, topic: str, options: dict[str, str]) -> DataFrame:
    """The topic as a stream, from its beginning. What Kafka has removed before it was read is no reason to stop."""
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
    :returns: `partition`, `value` as a text, the fields, `time` as a timestamp, and `fault`, null for a hit
    """
    fields = F.from_json(F.col("value").cast("string"), FIELDS)
    read = records.select("partition", F.col("value").cast("string").alias("value"), fields.alias("hit"))
    columns = [F.col(f"hit.{name}").alias(name) for name in FIELDS.names if name != "time"]
    time = F.try_to_timestamp(F.col("hit.time"), F.lit("yyyy-MM-dd'T'HH:mm:ss[.SSS]X"))
    return read.select("partition", "value", *columns, time.alias("time")).withColumn("fault", fault())


def fault() -> Column:
    """Why a record is no hit, in the words of the loader of Hit Tracker."""
    return (
        F.when(F.col("v").isNull() | (F.col("v") != VERSION), f"it is not of version {VERSION}")
        .when(~is_batch(), '"batch" is no number of 64 bits, as a text')
        .when(~matches("visitor", r"^[0-9a-f]{16}$"), '"visitor" is not 16 hexadecimal digits')
        .when(~matches("site", r"^[0-9a-z_.:-]{1,253}$"), '"site" is no host name')
        .when(F.coalesce(F.col("at") < 0, F.lit(True)), '"at" is no whole number')
        .when(F.coalesce(F.col("of") <= F.col("at"), F.lit(True)), '"of" is not more than "at"')
        .when(F.col("time").isNull(), '"time" is not as 2026-11-24T12:00:00.000Z')
        # One clock that is wrong would move the watermark, and make all others late.
        .when(F.col("time") > F.current_timestamp() + F.expr("INTERVAL 1 HOUR"), '"time" is in the future')
    )


def is_batch() -> Column:
    """An unsigned number of 64 bits."""
    number = F.when(matches("batch", r"^\d{1,20}$"), F.col("batch")).cast("decimal(20,0)")
    return F.coalesce(number <= F.lit(str(2**64 - 1)).cast("decimal(20,0)"), F.lit(False))


def matches(name: str, pattern: str) -> Column:
    return F.coalesce(F.col(name).rlike(pattern), F.lit(False))


def hits(parsed: DataFrame) -> DataFrame:
    """Those that count: people's."""
    return parsed.where(F.col("fault").isNull() & F.coalesce(F.col("bot") == "", F.lit(True))).drop("fault")
