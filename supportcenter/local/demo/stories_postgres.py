"""Tickets about managed PostgreSQL: speed, connections, disk."""

from supportcenter.local.demo.story import Story, tell

POSTGRES: tuple[Story, ...] = (
    tell(
        "postgresql performance high solved",
        """
        Query 300 times slower after upgrade to 17

        We upgraded {service} to PostgreSQL 17 last night. Went well, but since then the order list needs 9
        seconds, before it was 30 ms.

        ```
        Nested Loop  (cost=0.43..1290.11 rows=1 width=212) (actual time=0.911..9120.402 rows=48213 loops=1)
          ->  Seq Scan on customers c  (cost=0.00..812.00 rows=1 width=64) (actual rows=48213 loops=1)
                Filter: (region = 'emea'::text)
        ```

        It thinks there is 1 row and there are 48,213. Complete plan attached. CPU is at 95 % since the
        morning, the application is usable but painful.

        @agent 21
        The estimate of 1 row is the clue: the statistics are missing. A major upgrade carries over the data
        but not the planner statistics. The platform starts an `ANALYZE` afterwards; on yours it was cancelled
        at 02:14 UTC by a statement timeout of 60 s that is set for the whole database.

        You can run it now, it takes only light locks:

        ```sql
        SET statement_timeout = 0;
        ANALYZE (VERBOSE);
        ```

        @requester 19
        Running. First tables done, I already see the list is at 40 ms.

        @requester 11
        Finished. CPU at 22 %. But should the upgrade not take care of this?

        @note 35
        It should set statement_timeout = 0 in its session. It does for vacuumdb, but ALTER DATABASE ... SET
        wins over PGOPTIONS in our wrapper. Filed internally with this ticket linked.

        @agent 6
        It should, and that is a mistake on our side: the timeout set with `ALTER DATABASE` also applied to
        the upgrade's own session. It is reported to the team that owns the upgrade, with your case. Until it
        is fixed: for your other databases, either remove that setting for the time of the upgrade or run
        `ANALYZE` by hand after it.

        @requester 300
        Fair. We have two more to do and have put it in our checklist. Thanks for the straight answer.
        """,
        attachment=(
            "explain-order-list.txt",
            """
            Nested Loop  (cost=0.43..1290.11 rows=1 width=212) (actual time=0.9..9120.4 rows=48213 loops=1)
              Buffers: shared hit=9120411 read=20117
              ->  Seq Scan on customers c  (cost=0.00..812.00 rows=1 width=64)
                    (actual time=0.020..41.8 rows=48213 loops=1)
                    Filter: (region = 'emea'::text)
                    Rows Removed by Filter: 91022
              ->  Index Scan using orders_customer_id_idx on orders o  (cost=0.43..478.10 rows=1 width=148)
                    (actual time=0.031..0.187 rows=1 loops=48213)
                    Index Cond: (customer_id = c.id)
                    Filter: (status = 'open'::text)
                    Rows Removed by Filter: 88
            Planning Time: 0.402 ms
            Execution Time: 9131.774 ms
            """,
        ),
    ),
    tell(
        "postgresql outage critical solved",
        """
        FATAL: remaining connection slots are reserved, application down

        Production of {org} is down. Every pod gets

        ```
        FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute
        ```

        on {service} since 07:52 UTC. We can't even get a psql session to look. We scaled the pods down to 2
        and it doesn't get better.

        @agent 5
        Looking now. 397 of 400 connections are in use, 371 of them `idle in transaction` from 10.12.4.0/24,
        application name `invoice-worker`. They hold their slots although you scaled down, since the
        connections were never closed on the network level.

        May I end the sessions of `invoice-worker` that have been idle in transaction for more than 5 minutes?
        Their open transactions would be rolled back.

        @requester 3
        yes please do it

        @agent 3
        Done, 371 sessions ended at 08:08 UTC, 26 connections now in use. Please bring your pods back
        **without** `invoice-worker` first.

        @requester 9
        API is back. Leaving the worker off.

        @note 15
        Oldest of those transactions started 07:31: `SELECT ... FOR UPDATE` followed by a call to an external
        tax service, by the look of the wait pattern. Tax API probably hung, each worker opened a new
        transaction on retry. No idle_in_transaction_session_timeout set.

        @agent 12
        What happened, as far as the database can tell: from 07:31 on, the workers ran `SELECT ... FOR UPDATE`
        on `invoices` and then did nothing, as if waiting for something outside. Each retry took a new
        connection.

        So that it can't take the rest down again:

        1. `ALTER ROLE invoice_worker SET idle_in_transaction_session_timeout = '60s';`
        2. `ALTER ROLE invoice_worker CONNECTION LIMIT 60;`
        3. A connection pool in transaction mode for the API (Console → {service} → Pools). Size 40 is enough
           for what I see.

        Do the first two before you start the worker.

        @requester 240
        1 and 2 in place, worker runs again. The reason was our tax provider indeed, no timeout on the HTTP
        client. Pools we plan for next week. Many thanks {agent}, you saved our morning.
        """,
    ),
    tell(
        "postgresql performance high solved",
        """
        Disk of {service} fills although we delete data

        We delete old events every night (about 20 million rows), still the disk grows 15 GB a day. 83 % now.
        At this rate we are full on the weekend.

        ```
        SELECT pg_size_pretty(pg_database_size('app'));
         pg_size_pretty
        ----------------
         212 GB
        ```

        But the console says 498 GB used. Where is the rest?

        @note 37
        Disk at 83 %. WAL directory 261 GB. Replication slot `fivestar_sync` inactive for 19 days, restart_lsn
        far behind. Autovacuum on `events` also blocked by a 6 h transaction, but that is the small part.

        @agent 5
        The rest is WAL: 261 GB of it. It is kept for a logical replication slot that nobody has read from in
        19 days:

        ```
         slot_name     | plugin   | active | retained
        ---------------+----------+--------+----------
         fivestar_sync | pgoutput | f      | 261 GB
        ```

        If the consumer behind it isn't needed any more:

        ```sql
        SELECT pg_drop_replication_slot('fivestar_sync');
        ```

        The space comes back at the next checkpoint, within minutes. If it **is** needed, start it soon: it
        has 19 days to read. Which is it?

        @requester 85
        That was a trial with a vendor in spring, forgotten. Dropped. Disk went from 83 to 41 % while I made
        coffee.

        @agent 17
        Good. Two more things while I was there: `max_slot_wal_keep_size` is -1 (unlimited); with 50 GB a
        forgotten slot becomes invalid rather than filling the disk. And your nightly delete can't be cleaned
        up while the 6-hour transaction of user `bi_export` is open. That one makes the table itself grow.

        @requester 1380
        Set to 50 GB, and BI now exports in chunks. Table size is flat since. 👍
        """,
    ),
    tell(
        "postgresql performance high open",
        """
        Autovacuum "to prevent wraparound" runs for two days on {service}

        There is an autovacuum on our biggest table which runs since Saturday, and the application is slow in
        all hours because of the I/O.

        ```
          pid  |   runtime    |                                query
        -------+--------------+----------------------------------------------------------------------
         18812 | 2 days 04:11 | autovacuum: VACUUM public.measurements (to prevent wraparound)
        ```

        Can I kill it? In forums some say yes and some say the database will then stop. I prefer to ask.

        @agent 39
        Better not: it would start over from the beginning. You are not near the point where the database
        stops, though:

        ```
           relname     | age(relfrozenxid)
        ---------------+-------------------
         measurements  |       214 882 190
        ```

        The hard limit is above 2 billion, so there is a lot of time. What does this give you?

        ```sql
        SELECT phase, heap_blks_scanned, heap_blks_total, index_vacuum_count
          FROM pg_stat_progress_vacuum;
        ```

        @requester 26
        ```
               phase        | heap_blks_scanned | heap_blks_total | index_vacuum_count
        --------------------+-------------------+-----------------+--------------------
         vacuuming indexes  |         118220400 |       190044112 |                  9
        ```

        @agent 33
        Ninth pass over the indexes: the memory for dead row pointers is too small, so it goes through all 7
        indexes again and again. I'd let this run finish (about 62 % through the heap) and raise
        `autovacuum_work_mem` to 1 GB now; it applies from the next run. Three of the indexes have not been
        used since the statistics were reset in January, dropping them would shorten every pass.

        @requester 1710
        Value is raised. We can drop two of the three indexes, for the third one I must ask the analysts. The
        vacuum is at 81 % now. One more question: would it help to partition this table by month, also for the
        vacuum? It has 2.1 billion rows.
        """,
    ),
    tell(
        "postgresql outage high waiting_on_customer",
        """
        Read replica of {service} refuses queries: "conflict with recovery"

        Our dashboards on the read replica fail about every tenth time:

        ```
        ERROR:  canceling statement due to conflict with recovery
        DETAIL:  User query might have needed to see row versions that must be removed.
        ```

        Started last week when we moved the monthly report to the replica. Python 3.12, psycopg 3.

        @note 58
        max_standby_streaming_delay 30s, hot_standby_feedback off. Longest query on the replica 14 min.
        Turning feedback on means bloat on the primary, which has 61 % disk and heavy updates on
        `stock_levels`.

        @agent 8
        The replica cancels queries that need row versions which the primary has already cleaned up. There are
        two settings to trade against each other:

        | Setting | Effect | Price |
        |---|---|---|
        | `hot_standby_feedback = on` | primary keeps rows while the report runs | bloat on the primary |
        | `max_standby_streaming_delay = 900s` | replica waits for the query | replica up to 15 min behind |

        Your report runs up to 14 minutes. How fresh do the *other* dashboards on that replica have to be? If
        15 minutes is fine for them, I recommend the second one.
        """,
    ),
)
