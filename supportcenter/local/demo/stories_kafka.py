"""Tickets about managed Kafka, its ACLs and its connectors."""

from supportcenter.local.demo.story import Story, tell

KAFKA: tuple[Story, ...] = (
    tell(
        "kafka outage critical solved",
        """
        {service}: producers fail with NOT_ENOUGH_REPLICAS since 14:20 UTC

        All producers of `{service}` in `{project}` stopped at 14:20 UTC. Order intake is down for all of our
        shops, there is no fallback path.

        ```
        14:20:31 WARN  [Producer clientId=orders-api-7] Got error produce response with correlation id 88213
                 on topic-partition orders.v3-11, retrying (2147483646 attempts left).
                 Error: NOT_ENOUGH_REPLICAS
        ```

        Topics affected: everything with `replication.factor=2`. The topics with factor 3 seem fine.
        `min.insync.replicas` is 2 everywhere, `acks=all`. Java client 3.7, Spring Boot.

        Nothing was deployed on our side today. Log of one producer attached.

        @note 6
        Node 3 of the cluster was replaced at 14:18 (hardware fault at the cloud provider, not ours). New node
        is up, fetching 1.1 TB. Factor-2 topics with a replica on node 3 have one ISR, min ISR 2, so writes
        are refused. Works as configured, but the customer is down.

        @agent 4
        I have it. One of your three nodes had a hardware fault at 14:18 and was replaced. Topics with
        `replication.factor=2` **and** `min.insync.replicas=2` can't lose any node: with one replica missing,
        every `acks=all` write is refused. That is what your producers see.

        The fastest way out is to lower `min.insync.replicas` to 1 on those topics until the new node has
        caught up:

        ```
        kafka-configs.sh --bootstrap-server <host>:<port> --command-config client.properties \\
          --alter --entity-type topics --entity-name orders.v3 \\
          --add-config min.insync.replicas=1
        ```

        In that time an acknowledged write lives on one node only. Do you want that? I can do it for all 14
        topics at once if you say yes here.

        @requester 5
        Yes. All 14, go.

        @agent 4
        Done at 14:42 UTC for all 14. I see writes on `orders.v3` again, 4,300 messages a second. Can you
        confirm from your side?

        @requester 6
        Confirmed, orders flow again. Backlog in the shop outbox is draining. Thank you, that was fast.

        @note 95
        Replication complete 16:14, under-replicated partitions 0. Set min ISR back to 2? No: with factor 2
        they would be in the same place at the next node replacement. Propose factor 3 first.

        @agent 6
        The new node is in sync since 16:14 UTC, no under-replicated partitions left.

        I left `min.insync.replicas` at 1 on purpose: set back to 2 it would stop you again at the next
        maintenance. Please raise the 14 topics to `replication.factor=3` (about 380 GB more disk, you have
        920 GB free), then set `min.insync.replicas=2`. After that a single node can go without anyone
        noticing.

        @requester 1310
        All topics at 3/2 since this morning. Somebody copied those settings from a dev cluster in the first
        place. You can close this.
        """,
        attachment=(
            "orders-api-7.log",
            """
            14:20:29 INFO  [Producer clientId=orders-api-7] Node -1 disconnected.
            14:20:30 WARN  [Producer clientId=orders-api-7] Connection to node 3 could not be established.
            14:20:31 WARN  [Producer clientId=orders-api-7] Got error produce response on topic-partition
                           orders.v3-11, retrying (2147483646 attempts left). Error: NOT_ENOUGH_REPLICAS
            14:20:31 WARN  [Producer clientId=orders-api-7] Got error produce response on topic-partition
                           orders.v3-4, retrying (2147483646 attempts left). Error: NOT_ENOUGH_REPLICAS
            14:22:31 ERROR c.a.orders.OutboxRelay - send failed, outbox size 2,118
            org.apache.kafka.common.errors.TimeoutException: Expiring 64 record(s) for orders.v3-11:
            120000 ms has passed since batch creation
            14:24:31 ERROR c.a.orders.OutboxRelay - send failed, outbox size 9,730
            """,
        ),
    ),
    tell(
        "kafka performance high solved",
        """
        Consumer group billing-aggregator falls behind, only partition 7

        Since Monday one partition of `usage.events` gets further and further behind. The other eleven are
        fine.

        ```
        GROUP               TOPIC         PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG
        billing-aggregator  usage.events  5          88120441        88120502        61
        billing-aggregator  usage.events  6          87990310        87990377        67
        billing-aggregator  usage.events  7          91442018        97830664        6388646
        billing-aggregator  usage.events  8          88004120        88004188        68
        ```

        We restarted the consumer twice, after the rebalance another pod owns partition 7 and has the same
        problem. Is the broker that leads this partition sick?

        @agent 44
        The broker looks healthy: request handlers 71 % idle, disk latency 2 ms, and it leads four other
        partitions of yours that keep up.

        Partition 7 gets a lot more data though. Over the last hour: 1,770 messages a second on 7, about 210
        on each of the others. What is the message key, and did a large tenant join on Monday?

        @requester 130
        Key is `tenant_id`. And, ah. We migrated our biggest tenant on Monday, in the night. So all their
        events go to one partition. Is there anything to do except changing the key?

        @agent 25
        Three options, cheapest first:

        1. **Consumer:** your members commit after every record (I count 1,600 `OffsetCommit` requests a
           second). Commit per batch and raise `max.poll.records` from 50 to 500. That alone may be enough.
        2. **Key:** `tenant_id + "-" + account_id` for this tenant only, if order matters per account rather
           than per tenant.
        3. **Own topic** for that tenant, with its own consumers.

        More partitions don't help as long as the key stays the same.

        @requester 1490
        Option 1 did it. 6.4 M lag was gone in 40 minutes:

        ```
        billing-aggregator  usage.events  7          99203377        99203461        84
        ```

        We do option 2 next sprint, so it doesn't come back when they grow. Thanks, good explanation.

        @agent 30
        Good. I'd put an alert on lag per partition rather than per group: the sum over the group stayed
        unremarkable until Tuesday night. Solving this one.
        """,
    ),
    tell(
        "kafka how-to low solved",
        """
        Can we go from 6 to 24 partitions without losing order per key?

        Short question. Topic `shipments` on {service}, 6 partitions, keyed by shipment number. We need more
        parallelism.

        If I just set 24 in the console: what happens with the order per key?

        @agent 190
        Existing messages stay where they are, but a key then hashes over 24 instead of 6. So for a while one
        shipment has its older events in, say, partition 2 and its newer ones in partition 14, read by
        different consumers. Order per key is **not** kept across the change.

        Two safe ways:

        - Stop the producers, let all consumers reach lag 0, raise to 24, start the producers. Minutes of
          pause.
        - Create `shipments.v2` with 24 partitions, have producers switch, let consumers finish the old topic
          first and then the new one. No pause, more code.

        Note that partitions can't be taken away again.

        @requester 62
        Clear. We take the pause, Sunday morning is quiet here. Thx
        """,
    ),
    tell(
        "kafka change-request low solved",
        """
        Raise maximum message size to 5 MB on {service}

        Hello, we get `RecordTooLargeException: The message is 3127884 bytes when serialized which is larger
        than 1048576` for scanned delivery notes.

        I changed `max.request.size` in the producer to 5 MB and now the broker refuses instead of the client:

        ```
        org.apache.kafka.common.errors.RecordTooLargeException: The request included a message larger
        than the max message size the server will accept.
        ```

        Please raise the limit for the topic `scans` to 5 MB.

        @agent 75
        You can set that one yourself, without us: it is a topic setting. Console → {service} → Topics →
        `scans` → Modify → `max_message_bytes` = 5242880. No restart.

        Please check the consumers too: `fetch.max.bytes` and `max.partition.fetch.bytes` of 1 MB still work,
        since a single larger message is always returned, but each fetch then holds one message only. 10 MB is
        a better value.

        One thought: for files of this size, storing the file in an object store and sending its address keeps
        the topic small. At 3 MB × your current rate it is about 190 GB a day.

        @requester 900
        Works now. About the object store: you are right, it is on our list, but this year the scanner vendor
        sends what it sends.

        @agent 20
        Understood. Then I'd lower the retention of `scans` from 7 days to what you really need. Solved from
        my side; answer here if the consumers struggle.
        """,
    ),
    tell(
        "kafka maintenance low waiting_on_customer",
        """
        Planned upgrade to Kafka 3.9: what breaks for old clients?

        We got the notice that {service} will be upgraded in the next maintenance window. Some of our clients
        are ancient (librdkafka 0.11, and one Scala app with the 0.10 Java client that nobody dares to touch).

        - will they still connect after it?
        - how long does the rolling restart take?
        - can we do it earlier, on a day we choose?

        @note 210
        ApiVersions metrics of the last 7 days: 2 clients still send Fetch v2 and Produce v2 (clientId
        `legacy-router`). Supported in 3.9, gone in 4.0.

        @agent 12
        In order:

        - Yes. 3.9 still speaks all the protocol versions that your clients use. It is **4.0** that drops
          them: there, clients older than 2.1 can't connect. On your cluster only `legacy-router` is that old.
        - Three nodes, about 620 GB each: expect 35 to 50 minutes in total. Each node is away for one to two
          minutes, clients see a leader change and retry.
        - Yes, Console → Service settings → Maintenance → *Apply now*, any time before the window.

        One thing I need from you: is `legacy-router` the Scala app, and does it have retries on? The 0.10
        client has `retries=0` by default and would lose the messages in flight when a leader moves.
        """,
    ),
    tell(
        "kafka access high solved",
        """
        TopicAuthorizationException after cleaning up ACLs

        We tidied up the ACLs on {service} and now the reporting consumer gets

        ```
        o.a.k.c.errors.TopicAuthorizationException: Not authorized to access topics: [reporting.daily]
        o.a.k.c.errors.GroupAuthorizationException: Not authorized to access group: reporting-blue
        ```

        The list shows the entry, so it should be allowed:

        ```
        user            permission   pattern
        reporting       read         reporting.*
        ```

        @agent 18
        Two different things here.

        The pattern matches with wildcards, not as a regular expression, and `reporting.*` does match
        `reporting.daily`. But it was added for the user `reporting` and your consumer connects as
        `reporting-svc`: I see 212 denied requests of `User:reporting-svc` in the last hour.

        And the simple ACL list covers topics. The refusal for the **group** comes from the Kafka-native ACL
        that you have in addition, `READ` on group `reporting-green`, literal. There is none for
        `reporting-blue`.

        @requester 27
        Facepalm. The blue/green suffix is ours, from the deployment. We granted `--resource-pattern-type
        prefixed --group reporting-` and fixed the user name. Consumer runs.

        Could the console show denied requests somewhere? We would have found it in a minute.

        @agent 55
        Good, the denials stopped at 10:41 UTC. They are in the service log (Logs → filter
        `kafka.authorizer`), though I agree that a counter next to the ACL list would be kinder. I passed that
        on as a request with your example.

        @requester 14
        Cheers, can be closed.
        """,
    ),
    tell(
        "kafka performance high open",
        """
        Debezium connector on {service} stops every night, replication slot grows

        Our Debezium PostgreSQL connector `cdc-core` fails between 01:00 and 02:00 UTC every night this week.
        In the morning we restart the task by hand, then it takes three hours to catch up and reports are
        late.

        ```
        org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer.
        Caused by: io.debezium.DebeziumException: Failed to execute heartbeat query
        Caused by: org.postgresql.util.PSQLException: ERROR: canceling statement due to statement timeout
        ```

        This is the fourth time. Until Sunday it ran for months untouched.

        @agent 52
        The heartbeat query is cancelled by a timeout on the *database* side. Please run this on the source
        database and send the result:

        ```sql
        SELECT rolname, rolconfig FROM pg_roles WHERE rolname = 'debezium';
        SELECT datname, setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase;
        ```

        @requester 610
        ```
         rolname  |           rolconfig
        ----------+-------------------------------
         debezium | {{statement_timeout=30s}}
        ```

        OK so somebody set 30 s. I removed it. But why does a heartbeat need more than 30 seconds at night?

        @note 48
        01:00 to 01:55 their batch job takes ACCESS EXCLUSIVE on several tables (reindex without
        CONCURRENTLY), among them the heartbeat table's schema. With the timeout gone the heartbeat will wait
        instead of failing, slot grows in that time: 40 to 60 GB, disk has 210 GB free. Tell the customer.

        @agent 9
        Because it waits for a lock. At 01:00 a job runs `REINDEX SCHEMA public`, which holds exclusive locks
        for about 55 minutes, and the heartbeat table is in `public`. Move the heartbeat table to a schema of
        its own, or use `REINDEX ... CONCURRENTLY`.

        @requester 1120
        Last night it failed again, with no timeout set and with the heartbeat table moved. Reports were five
        hours late and now I have our CFO in the thread on my side. I need a person to look at the connector
        while it happens, not one question per day. #escalate

        @participant 22
        Adding from the reporting team: the freshness target of these reports is 06:00 UTC, we missed it four
        nights out of five. The task was in state FAILED at 01:12 today.
        """,
    ),
    tell(
        "kafka outage critical open",
        """
        Kafka {service} does not accept connections after disk alert

        Since about 10 minutes no client can connect to {service}, neither from the VPC nor public.

        ```
        %3|FAIL|rdkafka#producer-1| [thrd:sasl_ssl://...]: Connect to ipv4#10.40.2.17:21984 failed:
        Connection refused (after 3ms in state CONNECT, 29 identical error(s) suppressed)
        ```

        We had a mail about disk usage 90 % one hour before. Console shows the service as *Running*, but two
        nodes have no metrics.

        All main functions are down (payments events). Please look at once.

        @requester 7
        Additional information: in the service log the last line of node 2 is `Shutdown broker because all log
        dirs in [/kafka/data] have failed`. We have now stopped the two big producers.
        """,
    ),
)
