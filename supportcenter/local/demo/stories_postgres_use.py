"""Tickets about managed PostgreSQL: how to, access, extensions, restores."""

from supportcenter.local.demo.story import Story, tell

POSTGRES_USE: tuple[Story, ...] = (
    tell(
        "postgresql how-to low solved",
        """
        Logical replication from {service} to our own warehouse

        We want to replicate four tables to a PostgreSQL that runs in our own datacenter. Questions:

        1. Is `wal_level = logical` available on our plan?
        2. Which rights does the user need? `CREATE PUBLICATION ... FOR TABLES IN SCHEMA` gives `ERROR: must
           be superuser to create FOR TABLES IN SCHEMA publication`.
        3. What happens to the slot when the primary fails over?

        @agent 160
        1. Yes, `wal_level` is already `logical`, nothing to switch.
        2. `FOR TABLES IN SCHEMA` and `FOR ALL TABLES` are for superusers only. For four tables, list them:

        ```sql
        CREATE PUBLICATION wh FOR TABLE orders, order_lines, customers, returns;
        GRANT SELECT ON orders, order_lines, customers, returns TO warehouse;
        ALTER ROLE warehouse REPLICATION;
        ```

        3. On version 17 the slot is synchronized to the standby if it was created with `failover = true` on
           the subscriber side (`CREATE SUBSCRIPTION ... WITH (failover = true)`). On older versions the slot
           is gone after a failover and the subscriber needs a fresh copy. You are on 16.

        @requester 1250
        1 and 2 work, the initial copy took 50 minutes. For 3: we are on 16 for now, so what do you recommend
        if it happens? Copying `orders` takes longest.

        @agent 95
        On 16, after a failover: disable the subscription, `ALTER SUBSCRIPTION wh_sub SET (slot_name = NONE)`,
        create the slot again, and refresh with `copy_data = false` **only** if you can prove nothing was
        written in between. Otherwise truncate and copy. In practice, going to 17 first is less work than
        writing that runbook.

        @requester 40
        That's convincing. We move the upgrade forward. Thank you!
        """,
    ),
    tell(
        "postgresql maintenance low solved",
        """
        Move maintenance window of all services in {project} to Sunday 03:00 UTC

        Currently our window is Wednesday 11:00 UTC, which is in the middle of our business day. Who picked
        that…

        Please move all services in {project} to Sunday 03:00 UTC. Is anything mandatory pending?

        @agent 130
        A random window is picked when a service is created, so nobody in particular. You can set it per
        service under Service settings → Maintenance, but as you asked for all of them I've done it: Sunday
        03:00 UTC for every service in {project}.

        Pending: one optional minor-version update for {service}, no deadline. It would now be applied this
        Sunday. Failover takes a few seconds.

        @requester 15
        Perfect, Sunday is fine.
        """,
    ),
    tell(
        "postgresql change-request low on_hold",
        """
        pgvector 0.8 on {service}?

        Our search team would like iterative index scans, which came with pgvector 0.8. We have:

        ```
        SELECT extversion FROM pg_extension WHERE extname = 'vector';
         extversion
        ------------
         0.7.4
        ```

        `ALTER EXTENSION vector UPDATE` says there is no newer one. When can we have it?

        @agent 75
        0.7.4 is the newest one in the image that your service runs on. 0.8 is built and in testing for
        PostgreSQL 16 and 17; it comes with a maintenance update, after which `ALTER EXTENSION vector UPDATE`
        finds it.

        Which version do you run in other environments, and would you take it on a test service first?

        @requester 220
        All on 16. Yes, gladly: the service with suffix `-test` in the same project can be a guinea pig.

        @agent 1440
        Noted, thanks. One test upstream fails on ARM with parallel index builds, and we don't want to ship
        before that is settled. I've put this on hold until the fix is in and will write as soon as your test
        service has it.
        """,
    ),
    tell(
        "postgresql access low solved",
        """
        Read-only user doesn't see new tables

        I made a user for the analysts:

        ```sql
        GRANT USAGE ON SCHEMA app TO analyst;
        GRANT SELECT ON ALL TABLES IN SCHEMA app TO analyst;
        ```

        Works for the existing tables, but each time our migration makes a new one they come with `ERROR:
        permission denied for table discounts_2`. Do I need to re-run this after each release?

        @agent 45
        No. `ALL TABLES` means all that exist at that moment. For future ones, change the default privileges
        **of the role that creates the tables**, which on your service is `migrator`:

        ```sql
        ALTER DEFAULT PRIVILEGES FOR ROLE migrator IN SCHEMA app
          GRANT SELECT ON TABLES TO analyst;
        ```

        The `FOR ROLE` is the part that is usually missing. Alternatively `GRANT pg_read_all_data TO analyst`,
        if they may see all schemas.

        @requester 33
        default privileges it is. didn't know about FOR ROLE. merci!
        """,
    ),
    tell(
        "postgresql outage critical solved",
        """
        DELETE without WHERE on production, need point in time before 09:41 UTC

        One of our engineers ran `DELETE FROM subscriptions` on {service}, with autocommit. It was 09:41:20
        UTC by our audit log. 1.3 million rows. Logins for paying customers fail since then.

        We need the table as of 09:41:00. Rest of the database must NOT go back, orders came in since.

        What is the fastest way?

        @agent 4
        Fork to a point in time and copy the one table back:

        1. Console → {service} → Backups → *Fork and restore* → point in time `09:41:00 UTC`, same plan. I've
           already checked that the WAL for that moment is archived.
        2. When the fork is *Running* (your size: about 25 minutes), dump the one table from it and load it
           back.

        In the meantime stop whatever writes to `subscriptions`, so that there are no half-states to merge.
        Tell me when the fork has started, I'll watch it.

        @requester 6
        Fork started. Writers stopped.

        @participant 2
        I run the subscriptions team, please keep me in the loop here. Nobody is in trouble, we only need the
        rows.

        @note 10
        Fork replaying WAL, 64 %. No errors. Base backup was 5 h old, so lots of WAL; still on time.

        @agent 12
        Fork is up since 10:14 UTC, `SELECT count(*) FROM subscriptions` gives 1,304,772 there. To bring it
        back:

        ```
        pg_dump "$FORK_URI" --data-only --table=public.subscriptions -Fc -f subs.dump
        pg_restore -d "$PROD_URI" --data-only --single-transaction subs.dump
        ```

        If rows were inserted after 09:41, the load stops at the first duplicate key. Then load into a side
        table and `INSERT ... ON CONFLICT DO NOTHING` from there.

        @requester 21
        Loaded with the side table, 11 new rows were kept. Logins work again from 10:36 UTC.

        I have aged a year. Thank you for the calm.

        @agent 35
        Glad it's back. Remember to delete the fork when you've compared the two, it is billed by the hour.
        And a cheap guard: `ALTER ROLE engineer SET default_transaction_read_only = on` makes people type one
        line more before they can write on production.

        @requester 1400
        Fork deleted, guard is set for all humans. Close.
        """,
    ),
)
