"""Tickets about managed Flink."""

from supportcenter.local.demo.story import Story, tell

FLINK: tuple[Story, ...] = (
    tell(
        "flink outage critical solved",
        """
        Flink job fraud-score restarts in a loop, no scores since 03:12 UTC

        Job `fraud-score` on {service} restarts every 4 minutes. Payments above 500 EUR are on hold without a
        score, so this is business critical for us.

        ```
        03:12:40 WARN  CheckpointFailureManager - Failed to trigger or complete checkpoint 88120.
        org.apache.flink.runtime.checkpoint.CheckpointException: Checkpoint expired before completing.
        03:12:40 INFO  JobMaster - Trying to recover from a global failure.
        org.apache.flink.util.FlinkRuntimeException: Exceeded checkpoint tolerable failure threshold.
        ```

        Log of the job manager is attached. Last deployment was 8 days ago.

        @agent 6
        Checkpoints time out after 3 minutes: they have grown from 2 GB to 19 GB in eight days, and the
        alignment alone takes 2:40. So the state grows without limit since your last deployment, and at 03:12
        it crossed what can be written in time.

        To get scores flowing: raise `execution.checkpointing.timeout` to 15 min and turn on
        `execution.checkpointing.unaligned`. Both need a restart from the last good checkpoint (88119, 03:08
        UTC). Shall I, or do you?

        @requester 4
        Please do it, I'm on the phone with the payment people.

        @agent 8
        Restarted at 03:39 UTC from checkpoint 88119, it reads the backlog of 31 minutes now. First checkpoint
        complete after 5:10.

        For the cause, could you send the SQL of the join that was changed in the last deployment?

        @requester 35
        Backlog is gone, payments move. Here it is, we added the device join:

        ```sql
        FROM payments p JOIN devices d ON p.device_id = d.device_id
        ```

        @agent 15
        That's it: a regular join keeps both sides in state forever. Either a temporal join, if you want the
        device as of the payment's time:

        ```sql
        JOIN devices FOR SYSTEM_TIME AS OF p.event_time AS d ON p.device_id = d.device_id
        ```

        or `table.exec.state.ttl = '24 h'`, if older payments never need to be joined again. The first is what
        you mean, I think.

        @requester 2900
        Temporal join is live, state is 2.4 GB and stays there. Thank you very much for the night shift!
        """,
        attachment=(
            "jobmanager.log",
            """
            03:04:38 INFO  CheckpointCoordinator - Completed checkpoint 88118 (18 992 110 448 bytes)
            03:08:40 INFO  CheckpointCoordinator - Completed checkpoint 88119 (19 004 551 120 bytes)
            03:09:40 INFO  CheckpointCoordinator - Triggering checkpoint 88120
            03:12:40 INFO  CheckpointCoordinator - Checkpoint 88120 expired before completing.
            03:12:40 WARN  CheckpointFailureManager - Failed to trigger or complete checkpoint 88120
            03:12:41 INFO  ExecutionGraph - Job fraud-score switched from state RUNNING to RESTARTING.
            03:13:10 INFO  CheckpointCoordinator - Restoring job from Checkpoint 88119
            03:17:12 INFO  CheckpointCoordinator - Checkpoint 88121 expired before completing.
            """,
        ),
    ),
    tell(
        "flink performance high open",
        """
        Backpressure at the sink, job is 40 minutes behind

        Job `enrich-scans` on {service} writes to OpenSearch. From 08:00 to 18:00 local time the sink shows
        100 % backpressure and the result comes up to 40 minutes late. In the night it catches up.

        Parallelism 4, Flink 1.20, SQL job. What can we do?

        @agent 47
        Who is slow, the sink or what it writes to? From the OpenSearch side: its write queue is empty and
        bulk requests take 35 ms. So the target is bored. Please send the `WITH (...)` part of the sink table.

        @requester 38
        ```sql
        WITH (
          'connector' = 'opensearch',
          'index' = 'scans',
          'sink.bulk-flush.max-actions' = '50',
          'sink.bulk-flush.interval' = '0'
        )
        ```

        @agent 16
        There it is: at most 50 documents in a bulk, one bulk at a time per sink task: 4 × 50 / 35 ms ≈ 5,700
        documents a second at best, and in practice half of that. Try `'sink.bulk-flush.max-actions' = '2000'`
        and `'sink.bulk-flush.interval' = '1s'`.

        @requester 1290
        Changed. It's much better, at most 6 minutes behind at noon. But "much better" isn't good: before May
        we never had any delay with the same numbers.

        @agent 60
        Then there is a second cause. The lookup join before the sink shows 68 % busy; the cache of
        `dim_customer` has a hit rate of 4 %. Was its `lookup.cache` changed in May?

        @requester 1660
        I had to ask around. In May the dimension table was moved from MySQL to PostgreSQL, the new table
        definition has no cache options. We would put `'lookup.cache' = 'PARTIAL'` with 100,000 rows and 10
        minutes. Do we lose the state of the job if we change this table?
        """,
    ),
    tell(
        "flink how-to low solved",
        """
        Change a SQL job without losing its state

        Our job counts distinct visitors per day. We'd like to add one column (`country`) to the output. When
        I edit the statement and start from the savepoint:

        ```
        java.lang.IllegalStateException: Failed to rollback to checkpoint/savepoint. Cannot map
        checkpoint/savepoint state for operator 7df19f87deec5680 to the new program, because the operator is
        not available in the new program.
        ```

        Is there a trick?

        @agent 110
        No trick, sadly: with SQL the operators come from the plan, and a new column in the `GROUP BY` makes a
        different plan. State can be kept if the plan stays the same in shape, e.g. a filter value or a sink
        option.

        What works in practice: start the new version **beside** the old one, from the beginning of the day in
        the source topic, to a second output topic. When it has caught up, switch the readers and stop the old
        one. Is the retention of your source topic longer than a day?

        @requester 75
        Retention is 3 days, so OK. Is `country` without the GROUP BY possible? It's the same for each visitor
        anyway.

        @agent 30
        Nice idea, and yes: `MAX(country)` keeps the grouping, but it still adds an accumulator, so the state
        doesn't fit either. Beside it is.

        @requester 1450
        Did it side by side, took two hours to catch up. Fine.
        """,
    ),
    tell(
        "flink change-request low open",
        """
        Custom JAR with Protobuf format on {service}

        We have our own format (Protobuf with a registry) as a JAR, 14 MB. In the console I can upload a JAR
        as an *application*, but not as a *connector/format* for SQL jobs:

        ```
        org.apache.flink.table.api.ValidationException: Could not find any factory for identifier
        'inhouse-proto' that implements 'org.apache.flink.table.factories.DeserializationFormatFactory'
        in the classpath.
        ```

        Can you add it to the classpath of our service?

        @requester 1100
        To add: if that's not possible at all, we would rewrite the job with the DataStream API and package it
        with the format. It's about two weeks of work for us, so I'd like to know before.
        """,
    ),
    tell(
        "flink maintenance low solved",
        """
        Are running jobs restarted at the maintenance on Sunday?

        Hello. There's a maintenance for {service} on Sunday 02:00. Do our 6 jobs continue by themselves or
        does someone of us have to get up?

        The jobs have checkpoints each minute. They write to PostgreSQL and to another Kafka topic.

        @agent 135
        Nobody has to get up. Before the nodes are replaced, each job is stopped with a savepoint and started
        from it afterwards. Expect 3 to 6 minutes without output for each job, then it reads the backlog.

        One of the six I would look at before: `geo-fence` didn't complete a savepoint in the last test
        (timeout 10 min, it needed 11). It would fall back to its last checkpoint, which is correct as well
        but repeats up to one minute of output.

        @requester 260
        geo-fence writes idempotent, so okay for us. Good night then ;)
        """,
    ),
)
