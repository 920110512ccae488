"""Tickets about managed Valkey."""

from supportcenter.local.demo.story import Story, tell

VALKEY: tuple[Story, ...] = (
    tell(
        "valkey outage critical solved",
        """
        OOM command not allowed when used memory > 'maxmemory', logins down

        All writes to {service} fail since 11:05 UTC, so nobody can log in (sessions live there).

        ```
        redis.exceptions.OutOfMemoryError: command not allowed when used memory > 'maxmemory'.
        ```

        It has 8 GB and last week it was at 3 GB. Django 5, redis-py 5.

        @agent 4
        Used memory 7.0 of 7.0 GB, policy `noeviction`, so every write is refused. To get logins back right
        now: Console → {service} → Advanced configuration → `valkey_maxmemory_policy` = `volatile-lru`. It
        applies without a restart and evicts keys **with** a time to live, the longest unused first. Some
        users will have to log in again.

        @requester 4
        Did it. Logins work. But what ate 4 GB?

        @note 14
        Sampled 10k keys: 61 % are `cart:preview:*`, no TTL, 3 KB each. Began five days ago.

        @agent 5
        Keys named `cart:preview:<uuid>`: about 1.4 million, 3 KB each, none has a time to live. The first
        appeared five days ago. As they have no TTL, they are not evicted either, and your sessions now pay
        for them. You'll want to give them one soon:

        ```
        valkey-cli --scan --pattern 'cart:preview:*' \\
          | xargs -n 500 sh -c 'for k; do echo EXPIRE $k 3600; done' _ \\
          | valkey-cli --pipe
        ```

        @requester 75
        Found in our release of last week, `cache.set(..., timeout=None)`. Fixed, script ran, memory at 2.9
        GB. Thanks, {agent}.
        """,
    ),
    tell(
        "valkey performance high solved",
        """
        Latency peaks of 800 ms every 5 minutes

        Our p99 for GET on {service} has peaks of 700 to 800 ms, exactly each 5 minutes. Between them it's 0.6
        ms. Slow log attached.

        Plan has 4 GB, about 9 million keys, CPU average 20 %.

        @agent 31
        The slow log has it: at :00 and :05 there is one `KEYS sess:*` with 710 to 820 ms. `KEYS` walks
        through all 9 million keys, and the server does nothing else in that time. It comes from 10.8.3.44,
        client name `metrics-exporter`.

        `SCAN` with `COUNT 1000` does the same in small bites. If the exporter only counts sessions, `INFO
        keyspace` or a counter costs nothing at all.

        @requester 140
        Colleague's "small script" on a forgotten VM. He uses SCAN now. Flat line since 30 min.

        Can we forbid KEYS altogether?

        @agent 26
        Yes, by user: Console → {service} → Users → ACL, add `-keys` to the command list of every application
        user. `FLUSHALL` and `DEBUG` are worth the same treatment: `-@dangerous` takes away all of them.

        @requester 1000
        `-@dangerous` is applied. Closed from our side.
        """,
        attachment=(
            "slowlog.txt",
            """
            id      time      micros  client           command
            88120   10:00:00  812044  10.8.3.44:51022  KEYS sess:*
            88121   10:00:00   10922  10.8.1.20:40112  MGET (1200 more arguments)
            88122   10:05:00  744310  10.8.3.44:51310  KEYS sess:*
            88123   10:10:00  709877  10.8.3.44:51602  KEYS sess:*
            88124   10:10:01   11020  10.8.1.20:40112  MGET (1200 more arguments)
            88125   10:15:00  820115  10.8.3.44:51911  KEYS sess:*
            """,
        ),
    ),
    tell(
        "valkey how-to low solved",
        """
        Moving 6 GB from our own Redis 7.2 with little downtime

        We run Redis 7.2 on a VM (public address, TLS) and want to move to {service}. 6 GB, mostly session and
        rate-limit keys, plus a job queue which must not be lost.

        What is the recommended way? A dump file would mean an hour of pause for us.

        @agent 95
        Use the migration in the console (Service settings → Migrate): it makes {service} a replica of your
        server, so it copies everything and then follows the changes. You cut over by pointing the clients to
        the new address and stopping the migration. Pause: as long as your deployment takes.

        Requirements: reachable from the platform (allow the addresses that the dialog shows), a user with
        `+psync +replconf +ping`, and `client-output-buffer-limit replica` on your side of at least 1 GB, or
        the first copy of 6 GB gets cut off.

        For the job queue: stop the workers before the cut-over, start them after, and no job runs twice.

        @requester 4000
        Migrated. 20 seconds of pause. The buffer limit hint was needed indeed, it failed the first time as we
        forgot it :)
        """,
    ),
    tell(
        "valkey change-request low solved",
        """
        Enable keyspace notifications (expired) on {service}

        We want to be told when a reservation key expires. `CONFIG SET notify-keyspace-events Ex` gives

        ```
        (error) NOPERM User default has no permissions to run the 'config|set' command
        ```

        Could you enable it, please?

        @agent 40
        It's in the console: Advanced configuration → `valkey_notify_keyspace_events` = `Ex`. No restart.

        Two properties to know before building on it: the message is sent when the key is really *deleted*,
        which can be some seconds after its time, and it is fire and forget. If no client listens at that
        moment, it's gone. For reservations I'd keep a sorted set by expiry time as the truth and use the
        notification only to be faster.

        @requester 210
        Good that you say so, we would have lost reservations during deployments. Sorted set + notification
        then. Thanks!
        """,
    ),
    tell(
        "valkey access high open",
        """
        NOPERM for Lua scripts after switching to a restricted user

        We followed the advice to use a restricted ACL user on {service} instead of `default`. Now rate
        limiting is broken and we let everything through:

        ```
        ReplyError: NOPERM User api has no permissions to run the 'eval' command
        ```

        ACL: `+@read +@write ~rl:* ~sess:*`. I thought EVAL would be part of write.

        @agent 34
        It's in the category `@scripting`, which isn't part of `@write`. Add `+eval +evalsha +script|load`.
        Inside a script, the same user's rights hold for each command, and keys must be passed as `KEYS[...]`
        to be checked.

        @requester 52
        Added, EVAL runs now. Next one:

        ```
        ReplyError: ERR ACL failure in script: No permissions to access a key
        ```

        The script builds the key name by itself: `'{{rl}}:' .. ARGV[1]`. Is the pattern `~rl:*` not matching
        because of the braces?
        """,
    ),
)
