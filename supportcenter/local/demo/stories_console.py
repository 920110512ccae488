"""Tickets about the console: logging in, members, pages."""

from supportcenter.local.demo.story import Story, tell

CONSOLE: tuple[Story, ...] = (
    tell(
        "console access high solved",
        """
        Lost phone, can't pass two-factor authentication

        My phone fell in a lake (really). I'm the only one with rights for {project}, and I can't get in
        without the code. Recovery codes are… on the phone.

        I write from my work address, a colleague opened the laptop session that is still logged in.

        @agent 38
        Hello {requester}, sorry about the phone. We don't reset the second factor on the strength of a ticket
        alone. The safe way goes through an admin of {org}: they open Admin → Users → your name → *Reset
        two-factor authentication*. You get a mail, then you set it up again.

        If there's no other admin, tell me so here and I'll start the identity check with your account
        manager. It takes about a day.

        @requester 51
        There is another admin, she's on vacation but will open the laptop tonight.

        @agent 14
        Good. Until then nothing is at risk: the services don't care whether you can log in. While she's at
        it, a second person with rights on {project} would be worth having.

        @requester 780
        It's done, I'm in. Recovery codes are printed now, in the drawer. And we're two admins in the project.
        """,
    ),
    tell(
        "console outage high waiting_on_customer",
        """
        Service page stays blank for {project}

        When I open any service of {project} in the console, I see the menu and then a white page. Colleagues
        with the same rights see it well. Chrome 126 and Firefox, same thing. In the browser console:

        ```
        GET /v1/project/{project}/service 504 (Gateway Timeout)
        Uncaught TypeError: Cannot read properties of undefined (reading 'services')
        ```

        I can't work with the services at all at the moment.

        @note 33
        No 504 for this project in the API logs for the last 24 h. 504 thus comes from before us: corporate
        proxy? User's requests arrive from 198.51.100.0/24, colleagues' from home addresses.

        @agent 7
        Our API has no 504 for your project in the last 24 hours, so the 504 comes from something on the way,
        perhaps a proxy in the office. Two requests:

        1. Does it work from another network (phone as a hotspot)?
        2. Please record a HAR file while the page stays blank and attach it. Remove cookies and tokens first;
           the help page "Create HAR files" shows how, in each browser.
        """,
    ),
    tell(
        "console how-to low solved",
        """
        Export of who did what, for our auditors

        Our auditors would like a list of all changes in {project} in the last quarter: who, when, what.

        Is there an export, or do we take screenshots (please no)?

        @agent 120
        No screenshots. The event log keeps 12 months, and the API hands it out:

        ```
        curl -sS -H "Authorization: Bearer <redacted>" \\
          "https://<api-host>/v1/project/{project}/events?limit=1000" \\
          | jq -r '.events[] | [.time,.actor,.event_desc] | @csv'
        ```

        Above 1,000 rows go on with `&before=<time of the last row>`. For an auditor, changes to members and
        roles matter most, and those are in the log of the *organization*: same call with
        `/v1/organization/<id>/events`.

        @requester 2700
        Auditors were content, first time ever. Merci beaucoup, {agent}.
        """,
    ),
    tell(
        "console access low open",
        """
        Invitations to our organization don't arrive

        I've invited three new colleagues to {org}, two of them have not received a mail.

        Nothing in spam. Sent again twice.

        @agent 155
        Both addresses were refused by your own mail server:

        ```
        550 5.7.1 <sari.koivu@…>: Recipient address rejected: Access denied
        550 5.7.1 <m.oyelaran@…>: Recipient address rejected: Access denied
        ```

        Do these mailboxes exist already? That text usually means that the directory doesn't know the address
        yet.

        @requester 1320
        One was made only yesterday, so that's right, it works now. The other one exists for two weeks. I
        asked our IT and they say they allow everything from you. I paste what they wrote: "sender isn't
        blocked, maybe they try an old alias".

        @agent 46
        IT may be on to something: the invitation goes to `m.oyelaran@`, with one *l*. Is it spelled like this
        in your directory?

        @requester 2900
        Embarrassing, it is `oyelaaran` with two *a*. I've withdrawn the invitation and made a new one. This
        one has arrived but the link says "This invitation belongs to another user". She has an account from a
        former employer with us, with another address, and the browser was logged in with this. What's the
        right way now?
        """,
    ),
    tell(
        "console performance low solved",
        """
        Metrics tab takes 30 s for 30 days

        The *Metrics* tab for {service} is OK for one hour and one day, but for 30 days I wait half a minute,
        sometimes it gives up.

        It's only annoying. Firefox, but a colleague sees the same in Chrome.

        @agent 210
        Reproduced: 30 days asks for 14 series at full resolution, 3.6 MB. The page should ask for a coarser
        step on long ranges and did so until the release of last week. I've reported it with the numbers.

        @requester 90
        Good to know that it's not my browser. No hurry.

        @agent 3300
        The fix is live since this morning: 30 days now take 1.2 s here. Does it hold for you?

        @requester 400
        Blazing. Thank you for coming back to it!
        """,
    ),
    tell(
        "console access low open",
        """
        Role for a trainee: see everything, change nothing

        We have a trainee in {org} from Monday. She should see services, metrics and logs of {project}, but
        must not be able to power off or delete anything, or see connection data.

        I tried the role *read only*: with that she sees the connection data of {service}, I believe. Is there
        another one?

        @requester 60
        I tested it with a second account of mine: yes, with *read only* the page shows the connection string
        after a click on the eye symbol.
        """,
    ),
)
