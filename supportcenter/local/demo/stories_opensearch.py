"""Tickets about managed OpenSearch and its dashboards."""

from supportcenter.local.demo.story import Story, tell

OPENSEARCH: tuple[Story, ...] = (
    tell(
        "opensearch outage critical solved",
        """
        All indices read-only: FORBIDDEN/12/index read-only / allow delete (api)

        Indexing into {service} has stopped completely at 05:30 UTC. Every bulk request fails:

        ```json
        {{"type": "cluster_block_exception",
          "reason": "index [logs-app-000412] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded
          flood-stage watermark, index has read-only-allow-delete block];"}}
        ```

        Our product search uses the same cluster, new articles are not visible and prices are old. Allocation
        attached.

        @agent 6
        Two of three nodes passed 95 % disk, so the cluster blocked writes to every index with a shard there.
        The way out is to free space; the block then lifts by itself.

        The biggest are `logs-app-*`: 71 indices, 1.9 TB, the oldest 96 days old. Is there a part of them that
        you can do without right now? For example everything older than 60 days:

        ```
        DELETE /logs-app-000318,logs-app-000319,...
        ```

        @requester 8
        We may delete older than 30 days, policy says 30 anyway. Why were they still there?? Deleting now.

        @requester 9
        Deleted, 1.2 TB free. Writing works again!

        @note 25
        ISM: policy `logs-30d` attached, but 71 of 104 indices stuck in state `hot`, action `rollover`:
        "Missing rollover_alias index setting". Never got to delete.

        @agent 7
        Good, all blocks are off since 06:02 UTC. On your question: the policy `logs-30d` was attached, but
        its first step (rollover) failed for indices made since the template changed in spring, so they never
        reached the delete step:

        ```
        GET _plugins/_ism/explain/logs-app-000412
        "info": {{"message": "Missing rollover_alias index setting [index=logs-app-000412]"}}
        ```

        Add `"plugins.index_state_management.rollover_alias": "logs-app"` to the template and to the existing
        indices, then `POST _plugins/_ism/retry/logs-app-*`.

        @requester 200
        Done, they move to delete now. We also took your disk alert at 80 %. Thanks for the quick help at that
        hour.
        """,
        attachment=(
            "cat-allocation.txt",
            """
            shards disk.indices disk.used disk.avail disk.total disk.percent node
               412        1.3tb     1.4tb     58.1gb      1.4tb           96 node-1
               409        1.3tb     1.4tb     61.0gb      1.4tb           95 node-2
               398        1.2tb     1.3tb    128.4gb      1.4tb           91 node-3
                 7                                                           UNASSIGNED
            """,
        ),
    ),
    tell(
        "opensearch performance high solved",
        """
        Search got slow: p99 from 180 ms to 4 s within a month

        Nothing changed in the queries. Cluster {service}, 3 nodes with 8 GB. CPU is okay (40 %), JVM pressure
        is always above 85 %, sometimes we have

        ```
        [parent] Data too large, data for [<http_request>] would be [8161301504/7.6gb], which is
        larger than the limit of [8127315968/7.5gb]
        ```

        Do we need a bigger plan?

        @agent 63
        Perhaps, but not yet. `_cat/shards` counts 6,140 shards with a median size of 9 MB. Each costs heap
        whether it's used or not, and your dashboards search `events-*`, so every query visits 2,200 of them.

        A rule that holds up: at most 20 shards per GB of heap, which is 240 on your plan, and 10 to 40 GB for
        a shard.

        How are `events-*` made, one index per customer and day?

        @requester 48
        Per customer, per day, yes, with 5 shards each because this was the default in the tutorial. About 40
        customers.

        @agent 35
        Then: one index a month for all customers, routing by `customer_id`, 2 shards. The old data with
        `_reindex`:

        ```json
        POST _reindex?wait_for_completion=false
        {{"source": {{"index": "events-*-2*"}}, "dest": {{"index": "events-archive"}}}}
        ```

        Do one month first and watch the heap. If separation by customer matters for access, document-level
        security on `customer_id` does it.

        @requester 3900
        We're at 310 shards. p99 190 ms, JVM pressure 55 %. No bigger plan needed, my boss says hello.
        """,
    ),
    tell(
        "opensearch how-to low solved",
        """
        How to roll over by size and delete after 14 days

        New to index state management. We would like on {service}:

        - new index at 30 GB or 1 day
        - delete after 14 days

        Can somebody review this?

        ```json
        {{"policy": {{"default_state": "hot", "states": [
          {{"name": "hot", "actions": [{{"rollover": {{"min_size": "30gb", "min_index_age": "1d"}}}}],
            "transitions": [{{"state_name": "delete", "conditions": {{"min_index_age": "14d"}}}}]}},
          {{"name": "delete", "actions": [{{"delete": {{}}}}]}}]}}}}
        ```

        @agent 125
        Looks right. Three remarks:

        - the conditions of `rollover` are joined by *or*, as you want it
        - the 14 days count from the creation of the index. With `min_rollover_age` they would count from the
          moment it was rolled over, which is mostly what people mean
        - there is no `ism_template`, so new indices don't get the policy. Add `"ism_template":
          [{{"index_patterns": ["web-*"], "priority": 100}}]`

        The job runs every 5 minutes, so 30 GB can become 31.

        @requester 1140
        All three applied, first rollover happened today, very nice.
        """,
    ),
    tell(
        "opensearch change-request low on_hold",
        """
        Custom dictionary for Finnish analyzer

        We sell in Finland and the built-in `finnish` stemmer is weak with compound words ("lastenvaunut"
        isn't found by "vaunut"). We have a hyphenation file and a word list for `hyphenation_decompounder`.

        How do we get the two files on the nodes of {service}?

        @agent 170
        Custom packages can hold word lists and synonyms (Console → {service} → Packages). Hyphenation
        patterns are XML, and the upload doesn't accept that yet. For the word list alone
        `dictionary_decompounder` would do today; it is slower and splits a little too eagerly. Would that be
        enough for a start?

        @requester 1500
        We tried, "kaupunki" is split to "kaupunki" + "punk", our users were amused. So no, we would need the
        hyphenation one.

        @agent 240
        That is a good test case. I have asked the OpenSearch team to allow XML there; they agreed, and it
        depends on a fix in the upstream security plugin that is under review. On hold until then, I look at
        it every second week and will tell you.
        """,
    ),
    tell(
        "opensearch access high open",
        """
        SAML login to Dashboards works but everybody is read-only

        We switched OpenSearch Dashboards of {service} to SAML with our identity provider. Login is ok, but
        nobody has rights, I included. So no one can administer alerts at the moment.

        ```
        Missing Role: No roles available for this user, please contact your system administrator.
        ```

        The IdP sends the attribute `groups` with values like `obs-admins`.

        @agent 50
        Then the roles key is probably not matching. Please open the SAML response in the browser (no need to
        send it, it holds personal data) and tell me two things only: the exact `Name` of the attribute that
        holds the groups, and one value as it stands there.

        @requester 87
        `<saml2:Attribute Name="http://schemas.example/claims/groups">` and the value is a long GUID, not
        `obs-admins`.

        @agent 22
        So set *SAML roles key* to that full name, not `groups`. And either have the IdP send group names, or
        map the GUID: Security → Roles → `all_access` → Mapped users → *Backend roles* → the GUID.

        @requester 1630
        The key is set, and I mapped the GUID with the admin user. It works for me now, but for two of my
        colleagues not. The difference I see: they are in more than 150 groups and their response has no
        groups attribute but a link. Is this a known thing?
        """,
    ),
    tell(
        "opensearch how-to low solved",
        """
        Restore one index from yesterday's backup next to the live one

        I need the index `catalog` of yesterday to compare with today's, without touching the live one. Can I
        restore only one index, under a different name?

        Service: {service}, about 40 GB.

        @agent 88
        Not into the same service by yourself: the automatic backups restore a whole service. Fork {service}
        from yesterday's backup (Backups → Fork), then pull the one index over with reindex from remote:

        ```json
        POST _reindex
        {{"source": {{"remote": {{"host": "https://<fork-host>:443",
                                "username": "reader", "password": "<redacted>"}},
                     "index": "catalog"}},
         "dest": {{"index": "catalog-yesterday"}}}}
        ```

        The fork's host must be in `reindex_remote_whitelist` of {service} first (advanced configuration,
        restarts the nodes one by one). If comparing is all you need, querying the fork directly saves that
        step.

        @requester 320
        Queried the fork directly, found the 812 missing products, deleted the fork. 👌
        """,
    ),
)
