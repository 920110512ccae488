"""Tickets about managed ClickHouse."""

from supportcenter.local.demo.story import Story, tell

CLICKHOUSE: tuple[Story, ...] = (
    tell(
        "clickhouse performance high solved",
        """
        Code: 241 Memory limit (total) exceeded on daily report

        Our daily report fails on {service} two times of three:

        ```
        Code: 241. DB::Exception: Memory limit (total) exceeded: would use 28.12 GiB
        (attempt to allocate chunk of 4360112 bytes), maximum: 27.90 GiB.
        While executing AggregatingTransform.
        ```

        The query is a join of `visits` (3 billion rows) and `accounts` (12 million), grouped by account and
        day. It always worked until we added `browser_fingerprint` to the group by.

        @agent 36
        The fingerprint multiplies the number of groups, and each group lives in memory with its whole
        aggregate state. From `system.query_log` for your last failed run: 1.1 billion groups.

        Two settings for this query, in its `SETTINGS` clause:

        ```sql
        SETTINGS max_bytes_before_external_group_by = 10000000000,
                 join_algorithm = 'grace_hash'
        ```

        The first spills groups to disk, the second does it for the join. It'll be slower. What do you use the
        fingerprint for, by the way: only for counting distinct ones?

        @requester 118
        Only counting, yes: `uniqExact(browser_fingerprint)` per account and day would be the real thing. But
        the analyst who wrote it needed it in the group by for a later step.

        @agent 29
        Then I'd do it as `uniq(browser_fingerprint)` without grouping by it: an estimate with about 1 %
        error, a few KB for each group. On one day of your data: 31 GB for the current form, 1.4 GB with
        `uniqExact`, 0.2 GB with `uniq`.

        @requester 1800
        We use `uniq` now. Report needs 40 seconds rather than 11 minutes or death. Excellent, close please.
        """,
    ),
    tell(
        "clickhouse how-to low solved",
        """
        ReplacingMergeTree still shows duplicates

        Hi, we use `ReplacingMergeTree(version)` on {service} to keep only the latest row per `device_id`. But

        ```sql
        SELECT device_id, count() FROM devices GROUP BY device_id HAVING count() > 1 LIMIT 3;
        ```

        gives a lot of rows. Did we configure it wrong? Engine: `ReplacingMergeTree(version) ORDER BY
        (device_id, updated_at)`.

        @agent 105
        Two reasons.

        1. Rows are replaced when parts are **merged**, in the background, at a time that ClickHouse picks.
           Until then you see both. `SELECT ... FROM devices FINAL` gives the merged view.
        2. What counts as "the same row" is the `ORDER BY` key. Yours has `updated_at` in it, so two versions
           of a device never are the same row and are never replaced. It should be `ORDER BY device_id`.

        The key can't be altered: create `devices_v2`, `INSERT INTO devices_v2 SELECT * FROM devices`, then
        `EXCHANGE TABLES devices AND devices_v2`.

        @requester 35
        oh no, of course. And is FINAL expensive?

        @agent 18
        Much less than it used to be, if you filter on the key or partition. On a table of your size (14
        million rows): 60 to 90 ms.

        @requester 1200
        80 ms measured. EXCHANGE TABLES is a beautiful thing. Thank you
        """,
    ),
    tell(
        "clickhouse outage critical solved",
        """
        Inserts refused: Too many parts (3001)

        Since 22:10 UTC {service} refuses all inserts:

        ```
        Code: 252. DB::Exception: Too many parts (3001 with average size of 41.22 KiB)
        in table 'telemetry.raw'. Merges are processing significantly slower than inserts. (TOO_MANY_PARTS)
        ```

        We're losing telemetry of about 60,000 devices; their buffer lasts 90 minutes.

        @agent 5
        Parts of 41 KB: each insert holds very few rows. In the last minute I count 4,900 inserts with 11 rows
        on average. Merging can't keep up with that, at any size of machine.

        To get you going inside your 90 minutes: let the server collect small inserts. For your ingest user:

        ```sql
        ALTER USER ingest SETTINGS async_insert = 1, wait_for_async_insert = 1,
              async_insert_busy_timeout_ms = 2000;
        ```

        No change in the client needed. Then stop half of the writers for five minutes so that the merges get
        ahead.

        @requester 9
        Done at 22:31, half of the gateways paused.

        @note 8
        Parts 3001 → 2210 → 900. New parts now 3 a second, avg 2.1 MB. Background pool 16/16 busy, fine.

        @agent 6
        900 parts and falling, you can switch the rest back on. Was a new version of the gateway rolled out
        around 22:00? The insert size was 20,000 rows until 21:58.

        @requester 12
        Yes. Gateway build {n}, the batching was rewritten and flushes per message, apparently. Rolled back.
        No device has lost data, the fullest buffer was at 48 minutes.

        @agent 700
        Parts stayed below 60 over night. I suggest keeping `async_insert` as a safety net even with the old
        gateway. Solved.
        """,
    ),
    tell(
        "clickhouse access low solved",
        """
        Users that may only see the rows of their own tenant

        We want to give three partners direct SQL access to {service}, each only to their own rows in
        `sales.facts` (column `partner_id`), without being able to run monster queries.

        What is the way to do it, views?

        @agent 150
        Row policies, plus a settings profile for the monsters:

        ```sql
        CREATE ROLE partner_17;
        GRANT SELECT ON sales.facts TO partner_17;
        CREATE ROW POLICY p17 ON sales.facts FOR SELECT USING partner_id = 17 TO partner_17;
        CREATE SETTINGS PROFILE partner SETTINGS
          max_memory_usage = 4000000000, max_execution_time = 30, readonly = 1 TO partner_17;
        ```

        As soon as a table has one row policy, users with none see **nothing** by default, your own
        application included. So first create one for it: `CREATE ROW POLICY all_rows ON sales.facts USING 1
        TO app`.

        @requester 2600
        The warning about the application saved us, we tested in staging first and saw it. All three partners
        are on. Obrigado!
        """,
    ),
    tell(
        "clickhouse maintenance low open",
        """
        Which settings change with the next ClickHouse version?

        The console announces an upgrade of {service} for the 2nd Sunday. In the past one such upgrade changed
        the result of our `JOIN`s (`join_use_nulls`), and we found out from a customer.

        Is there a list of what changes for *us*?

        @agent 180
        `system.settings_changes` holds every changed default by version. What isn't your own setting follows
        the new default. I compared it with the queries of your last 14 days. Three that could matter:

        | Setting | Old | New | For you |
        |---|---|---|---|
        | `query_plan_join_swap_table` | false | auto | plans of 2 dashboards change, results don't |
        | `parallel_replicas_local_plan` | 0 | 1 | not used |
        | `output_format_json_quote_64bit_integers` | 1 | 0 | numbers above 2^53 in JSON answers |

        The third one is worth a look: do you read JSON from ClickHouse in JavaScript?

        @requester 1420
        Ouch, yes. In the front end, with ids of 64 bits. That would have hit us.

        @agent 25
        Then pin it now, for the user of the front end: `ALTER USER web SETTINGS
        output_format_json_quote_64bit_integers = 1`. It has no effect today and keeps the behavior after the
        upgrade.

        @requester 2880
        Pinned. Could you please also tell if the upgrade can be done first in our staging and a week later in
        production? The console offers both for the same Sunday.
        """,
    ),
    tell(
        "clickhouse performance high waiting_on_customer",
        """
        Kafka table engine reads only 2,000 rows per second

        We feed {service} from Kafka with the Kafka engine and a materialized view. The topic receives 9,000
        msg/s, ClickHouse takes only 2,000, so we're 3 hours behind and growing.

        ```sql
        CREATE TABLE queue.clicks (...) ENGINE = Kafka
        SETTINGS kafka_topic_list = 'clicks', kafka_group_name = 'ch-clicks', kafka_format = 'JSONEachRow';
        ```

        Topic has 12 partitions.

        @note 55
        kafka_num_consumers = 1 (default). MV does JSONExtract on `payload` 14 times per row. CPU 30 %.

        @agent 10
        With the defaults one consumer reads all 12 partitions, in blocks of 65,536 rows at most. Please set

        ```sql
        kafka_num_consumers = 4, kafka_thread_per_consumer = 1, kafka_max_block_size = 524288
        ```

        (drop and create `queue.clicks`; the group keeps its offsets). If it is then still below 9,000, the
        view is the limit: it calls `JSONExtract` 14 times on each row.

        Can you send the definition of the view (`SHOW CREATE TABLE`) and the rate after the change?
        """,
    ),
)
