"""Tickets about managed MySQL."""

from supportcenter.local.demo.story import Story, tell

MYSQL: tuple[Story, ...] = (
    tell(
        "mysql performance high solved",
        """
        Lock wait timeout exceeded on checkout, several times per minute

        Since the release of Tuesday (build {n}) we get on {service}:

        ```
        SQLSTATE[HY000]: General error: 1205 Lock wait timeout exceeded; try restarting transaction
        update `stock` set `reserved` = `reserved` + 1 where `sku` = 'A-20991' and `warehouse_id` = 4
        ```

        PHP 8.3, Laravel 11. About 3 % of the checkouts fail. We don't see a slow query in the log.

        @agent 28
        The update itself is fast; it waits for a row lock that somebody else keeps. When it happens next,
        please run this within the minute:

        ```sql
        SELECT waiting_pid, blocking_pid, blocking_trx_age, blocking_query, locked_index
          FROM sys.innodb_lock_waits ORDER BY blocking_trx_age DESC LIMIT 5;
        ```

        @requester 41
        ```
        +-------------+--------------+------------------+----------------+--------------+
        | waiting_pid | blocking_pid | blocking_trx_age | blocking_query | locked_index |
        +-------------+--------------+------------------+----------------+--------------+
        |      991204 |       990871 | 00:00:47         | NULL           | PRIMARY      |
        |      991233 |       990871 | 00:00:47         | NULL           | PRIMARY      |
        |      991240 |       990871 | 00:00:44         | NULL           | PRIMARY      |
        +-------------+--------------+------------------+----------------+--------------+
        ```

        @agent 22
        `blocking_query` is NULL: session 990871 holds the locks and is busy with something else outside the
        database. And `locked_index` is PRIMARY, so an update by `sku` locks more rows than it needs. Two
        findings then:

        1. There is no index on `(sku, warehouse_id)`. InnoDB locks every row it *examines*, here about 9,000.

        ```sql
        ALTER TABLE stock ADD INDEX stock_sku_wh (sku, warehouse_id), ALGORITHM=INPLACE, LOCK=NONE;
        ```

        2. Your release keeps a transaction open for 40+ seconds. A mail or a payment call inside
           `DB::transaction()` is the usual suspect.

        @requester 290
        You are a clairvoyant, the payment call went into the transaction in this release. Moved out, index
        added. Zero errors 1205 for the last 3 hours.

        @agent 20
        That is what I see too, row lock time went from 41 s to 3 ms on average. Solved.
        """,
    ),
    tell(
        "mysql how-to low solved",
        """
        Names like Łukasz and Zoë 🎉 stored as question marks

        Our customers' names are damaged when they are saved from the mobile app:

        ```
        mysql> SELECT name, HEX(name) FROM person WHERE id = 88123;
        | ?ukasz Zoë ? | 3F756B61737A205A6FC3AB203F |
        ```

        The web form is OK. Table is `utf8mb3`. Do we have to convert, and is the table locked for the time?
        40 million rows.

        @agent 140
        Two things at once. `3F` is a real question mark, so the characters were lost **before** storage: the
        mobile backend's connection uses latin1 (ë survives, Ł doesn't). Those rows can't be repaired from the
        data, only entered again.

        Fix the connection first: `charset=utf8mb4` in its connection string. Then the table, since `utf8mb3`
        has no emoji:

        ```sql
        ALTER TABLE person CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;
        ```

        That is a table copy and blocks writes. For 40 million rows I'd use gh-ost or pt-online-schema-change;
        both work here since the binary log is row-based. Check unique keys first: in `0900_ai_ci` "Zoe" and
        "Zoë" are equal.

        @requester 2710
        Done with gh-ost in the night, 2 h 10 min, nobody noticed. The hint about unique keys was gold: we had
        14 pairs of those, so we took `0900_as_cs` for the login column.

        @agent 60
        Good choice. Closing this with 🎉 stored as F09F8E89.
        """,
    ),
    tell(
        "mysql maintenance low solved",
        """
        MySQL 8.0 to 8.4: mysql_native_password?

        We plan to upgrade {service} to 8.4. I read that `mysql_native_password` is disabled by default. We
        have:

        ```
        mysql> SELECT plugin, count(*) FROM mysql.user GROUP BY plugin;
        | caching_sha2_password | 11 |
        | mysql_native_password |  6 |
        ```

        Will these 6 be locked out?

        @agent 115
        On the platform 8.4 keeps the plugin loaded, so they can still log in. It is gone in 9.x though, and
        I'd use the occasion. Reset each of those users in the console with authentication
        *caching_sha2_password*; the application has to be able to do TLS or RSA key exchange, which all
        drivers since about 2018 can.

        Do you know which clients are behind the 6?

        @requester 1330
        5 are switched now, no problem. The sixth is a label printer gateway with a MySQL 5.5 client library.
        The vendor says "on the roadmap". (Been hearing that since 2021.)

        @agent 48
        Then leave that one as it is, it works on 8.4. Last check before you go: 8.4 doesn't accept `FLOAT`
        auto-increment columns and a few old SQL modes. I ran the upgrade checker against a copy of your
        schema: 0 errors, 2 warnings, both about `utf8mb3` columns in `legacy_log`.

        @requester 4000
        Upgraded on Sunday, all good, printer prints. Thank you.
        """,
    ),
    tell(
        "mysql outage critical solved",
        """
        {service} restarts every 20 minutes, site down in between

        The primary of {service} crashed three times in the last hour. Each time 2–4 minutes without database,
        then it goes for about 20 minutes, then again. All shops affected.

        ```
        09:02:11 [ERROR] Got error 1053: Server shutdown in progress
        09:22:40 SQLSTATE[HY000] [2002] Connection refused
        09:43:05 SQLSTATE[HY000] [2002] Connection refused
        ```

        Log from the console attached.

        @agent 7
        Confirmed: the server process is ended by the kernel for lack of memory at 09:02, 09:22 and 09:43 UTC.
        I'm looking for what takes the memory. Did you change a setting or release something this morning?

        @requester 5
        No release. Nothing. We did not change anything since last week.

        @note 3
        innodb_buffer_pool fine. `performance_schema` memory table:
        memory/sql/Prepared_statement::main_mem_root at 5.1 GB and rising. Prepared_stmt_count 812,000.
        max_prepared_stmt_count was raised to 1,000,000 last Thursday by their admin through the API. Some
        client leaks prepared statements.

        @requester 22
        It crashed again at 10:04. It's now 30 minutes since your last message and we lose about 900 orders an
        hour. I want somebody senior on this now. #escalate

        @agent 4
        I'm with the duty lead on this, and we have the cause: 812,000 prepared statements are open, 5.1 GB of
        memory. They are never closed. All of them come from user `catalog-sync`, 38 connections. Last
        Thursday `max_prepared_stmt_count` was raised from 16,382 to 1,000,000, which took away the guard
        rail.

        May we end the 38 connections of `catalog-sync`? That frees the memory at once.

        @requester 2
        Do it!

        @agent 3
        Done at 10:30 UTC, memory in use went from 97 % to 58 %. Please keep `catalog-sync` stopped. I would
        also set the limit back to 16,382: then the leaking client gets error 1461 instead of taking everybody
        down.

        @requester 180
        Stable for three hours. The sync got a new Node driver on Friday and somebody raised that limit
        "because of errors", which I did not know when I wrote that nothing changed. Sorry for the tone
        earlier.

        @agent 45
        No offence taken, it was a bad morning. For the fix in the client: `connection.execute()` of that
        driver caches one statement per distinct SQL text and your sync writes ids into the text. Placeholders
        for the ids bring the count down to a few dozen. Solving this; it reopens by itself when you answer.
        """,
        attachment=(
            "mysqld-console.log",
            """
            09:01:58 [Warning] [MY-011958] [InnoDB] page_cleaner: 1000ms intended loop took 7204ms
            09:02:04 systemd[1]: mysqld.service: A process of this unit has been killed by the OOM killer.
            09:02:05 systemd[1]: mysqld.service: Failed with result 'oom-kill'.
            09:02:11 systemd[1]: Started MySQL server.
            09:02:12 [System] [MY-013576] [InnoDB] InnoDB initialization has started.
            09:04:40 [System] [MY-010931] [Server] ready for connections. Version: '8.0.39'
            09:22:31 systemd[1]: mysqld.service: A process of this unit has been killed by the OOM killer.
            09:22:37 systemd[1]: Started MySQL server.
            09:25:19 [System] [MY-010931] [Server] ready for connections. Version: '8.0.39'
            09:43:01 systemd[1]: mysqld.service: A process of this unit has been killed by the OOM killer.
            """,
        ),
    ),
    tell(
        "mysql change-request low open",
        """
        max_allowed_packet and sql_mode for a legacy application

        We migrate an application from our own servers to {service} in {project}. It needs

        - `max_allowed_packet` = 256M (it stores PDF files in the database, don't ask)
        - `sql_mode` without `ONLY_FULL_GROUP_BY` and without `NO_ZERO_DATE`

        The first I found in the advanced configuration, it ends at 64M there. Can you set 256M for us? And
        will the second survive a failover?

        @requester 95
        Found the second myself: `sql_mode` is in the advanced configuration, so it's for all nodes I guess.
        The packet size is still needed. Migration is planned for the 20th.
        """,
    ),
    tell(
        "mysql access high waiting_on_customer",
        """
        Java application can't connect any more: PKIX path building failed

        Half of our Java services cannot connect to {service} since this morning, the other half can. Same
        code, same JDBC URL.

        ```
        com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure
        Caused by: javax.net.ssl.SSLHandshakeException: PKIX path building failed:
        sun.security.provider.certpath.SunCertPathBuilderException:
        unable to find valid certification path to requested target
        ```

        `sslMode=VERIFY_CA`, connector 8.4, Temurin 21, on Kubernetes.

        @agent 25
        The server certificate was renewed last night; the project CA that signs it did not change. A client
        that trusts the **CA** notices nothing. A client that has the *server certificate* in its trust store
        fails exactly like this.

        Please run this in one pod that fails and one that works:

        ```
        keytool -list -v -keystore /app/truststore.p12 | grep -E "Owner:|Issuer:|Valid from"
        ```

        @requester 70
        Working pod: `Owner: CN=… Project CA`. Failing pod: `Owner: CN={service}…`, valid until today 04:00.
        So you're right, it's the server certificate. But the trust store comes from the same Helm chart!

        @agent 18
        Then two versions of it are mounted. Which secret do the failing pods mount, and when was it made?

        ```
        kubectl get pod <failing-pod> -o jsonpath='{{.spec.volumes[*].secret.secretName}}'
        kubectl get secret <name> -o jsonpath='{{.metadata.creationTimestamp}}'
        ```

        The quick repair in any case: download the CA from the console (Overview → CA certificate), build the
        trust store from it alone, restart the pods.
        """,
    ),
)
