"""Tickets about managed Grafana."""

from supportcenter.local.demo.story import Story, tell

GRAFANA: tuple[Story, ...] = (
    tell(
        "grafana access high solved",
        """
        OAuth login ends in "Login failed: user not a member of one of the required organizations"

        We configured generic OAuth on {service} with our identity provider. Nobody can log in by it:

        ```
        Login failed
        User not a member of one of the required organizations
        ```

        `allowed_organizations` is set to our domain. On-call has no dashboards except through the admin user,
        which we don't want to hand around.

        @agent 24
        `allowed_organizations` compares with the organizations that the *provider* lists for the user (as
        with GitHub), not with the mail domain. Your provider sends none, so nobody matches. For the domain
        there is `allowed_domains`.

        Clear the first one and set `allowed_domains` = your domain.

        @requester 16
        Now I get in! But as Viewer, and so does everybody. We send `roles: ["grafana-editor"]` in the token.

        @agent 12
        Then set the role path:

        ```
        role_attribute_path = contains(roles[*], 'grafana-admin') && 'Admin'
          || contains(roles[*], 'grafana-editor') && 'Editor' || 'Viewer'
        ```

        Users get the new role at their next login.

        @requester 33
        Works for both. Why is the path evaluated at each login and not stored, we'd like to give Editor by
        hand to one external person.

        @agent 41
        Because the provider is meant to be the truth. `skip_org_role_sync = true` turns that off, for all
        users though. For one person I'd add them to the group at the provider.

        @requester 600
        Makes sense, group it is. Thanks.
        """,
    ),
    tell(
        "grafana how-to low solved",
        """
        Mail for alerts: which SMTP settings?

        Alert rules fire but no mails arrive. In {service} I don't find the SMTP settings, they are greyed out
        in the UI:

        ```
        logger=ngalert.notifier.email
        error="SMTP not configured, check your grafana.ini config file's [smtp] section"
        ```

        @agent 85
        They're in the platform's console, not in Grafana: {service} → Advanced configuration → `smtp_server`
        (host, port, user, from address). Use port 587 with `starttls_policy = MandatoryStartTLS`; 25 is
        blocked outbound.

        After saving, Grafana restarts (about 20 s). Test with Alerting → Contact points → *Test*.

        @requester 55
        It works with our relay. First mail was in spam, but that's ours to fix (SPF).

        @agent 15
        Good. The sending address range for your SPF record is on the service's Overview page under *Static
        addresses*, if you turn those on.
        """,
    ),
    tell(
        "grafana performance low open",
        """
        Dashboard with 40 panels needs one minute to load

        Our main dashboard in {service} has 40 panels and loads for a minute each time. The data source is
        PostgreSQL.

        The plan is the smallest one. Would a bigger plan help?

        @agent 160
        Not much, Grafana itself is at 6 % CPU. The time goes into the queries: each of the 40 panels runs
        `SELECT ... FROM metrics WHERE ts > ...` on raw rows. Does the dashboard refresh by itself, and which
        time range is set as the default?

        @requester 1390
        Refresh is 5 s (it is on a TV in the office), range 30 days. Now that I write it, maybe this is not so
        clever. Should we make a materialized view per hour? And can one dashboard have different ranges for
        TV and for people?
        """,
    ),
    tell(
        "grafana outage high solved",
        """
        502 Bad Gateway on {service}, alert evaluation stopped too

        Since 16:48 UTC {service} answers only

        ```
        $ curl -sS -o /dev/null -w '%{{http_code}} %{{time_total}}' https://<grafana-host>/api/health
        502 0.041
        ```

        We're blind in production. The services behind are fine as far as we see from their own metrics.

        @agent 9
        Grafana itself doesn't start: after the plugin update at 16:46 it stops with

        ```
        level=error msg="Failed to start" error="failed to migrate: database is locked"
        ```

        Somebody pressed *Update all plugins* twice in a row, and the second start found the lock of the
        first. I've cleared it and restarted: healthy since 16:59 UTC. Please check that your alert rules are
        being evaluated.

        @requester 14
        It's up, rules evaluate. That "somebody" was me, the first click seemed to do nothing. :(

        @note 40
        Known: no feedback on the button while the restart runs. Linked to the console issue.

        @agent 6
        Nothing to apologize for, {requester}: the button shouldn't let you. That's with the console team now,
        with this ticket as the example. Alerts that would have fired between 16:46 and 16:59 weren't sent;
        I'd have a look at that window.

        @requester 35
        Looked, nothing in that window. Thank you for the speed.
        """,
    ),
    tell(
        "grafana change-request low open",
        """
        Plugin: business-charts panel and an unsigned one of our own

        Could you please install on {service}

        1. the business charts panel
        2. our own panel `umrechnung-panel` (unsigned, it converts Stückzahl to pallets)

        @agent 145
        The first one you can install yourself: Administration → Plugins → search → Install. It's in the
        catalog and signed.

        Unsigned plugins aren't possible, for no customer: a plugin runs inside the server process. You can
        sign yours as a *private* plugin for the address of your Grafana, free of charge with the upstream
        tool `@grafana/sign-plugin`. Then send us the zip here and we'd install it after a look.

        @requester 3700
        Nr. 1 is installed. Nr. 2 is signed now for our address, zip is 220 kB. Before I send it: does the
        signature need to be renewed when our Grafana gets a new major version? And is the „look“ you have a
        security review, how long does this take?
        """,
    ),
)
