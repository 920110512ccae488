"""Tickets about VPCs, peering, DNS and address lists."""

from supportcenter.local.demo.story import Story, tell

NETWORKING: tuple[Story, ...] = (
    tell(
        "networking access high solved",
        """
        VPC peering stays in PENDING_PEER

        I created the peering from {project} to our AWS account two days ago. It never leaves `PENDING_PEER`
        and our go-live is on Thursday.

        I accepted it in AWS, there it says *Active*?!

        @agent 33
        The one you accepted, is its requester CIDR 10.128.0.0/20? I see two requests from our side to your
        account: one to `vpc-0a…41` in eu-west-1 (expired after 7 days), and this one to `vpc-0a…41` in
        **eu-central-1**. A request shows up in the console of its own region only.

        @requester 21
        10.128.0.0/20, yes, in eu-west-1 from last month. And in eu-central-1 there is one waiting. I feel
        stupid.

        Accepted, and now it's ACTIVE on your side too. But no connection:

        ```
        $ nc -vz -w 5 <service-host> 21984
        nc: connect to 10.128.3.19 port 21984 (tcp) timed out
        ```

        @agent 14
        It resolves to the private address, so DNS is right. Timeouts mean routes or security groups: does the
        route table **of the subnet your pods are in** have `10.128.0.0/20 → pcx-…`? Mostly it's only in the
        main table, and the subnets have their own.

        @requester 47
        Exactly that. Three subnets, three route tables, and I had changed the main one. Connected. You made
        my Thursday.

        @agent 12
        Good luck with the go-live. The old peering in eu-west-1 can be deleted, it holds a slot of your
        quota.
        """,
    ),
    tell(
        "networking outage critical solved",
        """
        Hostname of {service} resolves to the old address after failover

        {service} in {project} failed over at 13:05 UTC. The new primary is running according to the console,
        but the host name still gives the old address, so nobody can write.

        ```
        $ dig +short <service-host> @10.0.0.2
        10.128.3.19
        $ dig +short <service-host> @1.1.1.1
        10.128.4.77
        ```

        Our whole order system waits on this. We see it in two of three zones.

        @agent 6
        The record was changed at 13:05:20 and the outside answer is right (10.128.4.77, TTL 5 s). `10.0.0.2`
        is your own VPC's resolver and it gives an old answer. Does something stand between your pods and that
        resolver, such as NodeLocal DNSCache or CoreDNS with a `cache` line?

        @requester 8
        CoreDNS in the cluster, but my dig above was from a plain VM without it. So no.

        @agent 9
        Then please run this on that VM, two times, ten seconds apart:

        ```
        dig <service-host> @10.0.0.2 | grep -A1 "ANSWER SECTION"
        ```

        I want to see if the TTL counts down.

        @requester 22
        ```
        <service-host>. 3600 IN A 10.128.3.19
        <service-host>. 3600 IN A 10.128.3.19
        ```

        It doesn't. This is 45 min of outage now and we're doing homework for you. I want this on the duty
        lead's table. #escalate

        @agent 4
        The duty lead has it and is reading along. And your output is the answer: TTL 3600 that doesn't count
        down isn't a cached copy of our record (its TTL is 5), it's a record of **your own**: a private hosted
        zone for that name, attached to the VPC in two of the three zones. Somebody wrote the address in by
        hand.

        Please delete the A record there. It acts at once.

        @participant 7
        Network team here. Found it, a private zone "for testing" from the migration in March, made by a
        contractor. Deleted, writes work in all zones since 14:01.

        @requester 55
        Confirmed. It was ours in the end. Thanks for staying on it, I take back the homework.
        """,
    ),
    tell(
        "networking how-to low solved",
        """
        Private link or peering?

        For a new environment in {project} we have to choose between VPC peering and private link.

        - 6 services
        - clients in two VPCs, one of which overlaps with your default range (10.0.0.0/16)

        What do you recommend?

        @agent 115
        The overlap decides: peering needs ranges that don't overlap, private link doesn't care, since your
        side sees just endpoint addresses from its own subnets.

        | | Peering | Private link |
        |---|---|---|
        | Overlapping ranges | no | yes |
        | Who can open connections | both sides | only yours |
        | Setup | once for each VPC | once for each service and VPC |
        | Cost | traffic only | endpoint by the hour, plus traffic |

        With 6 services and 2 VPCs that is 12 endpoints. If you can pick a free range for the platform's VPC
        (it's chosen at creation, e.g. 172.20.0.0/22), peering is simpler and cheaper.

        @requester 1200
        We take peering with 172.20.0.0/22, the security colleague is happy too. Thanks for the table, it went
        directly into our wiki.
        """,
    ),
    tell(
        "networking change-request low solved",
        """
        Our CIDR collides with a new office network

        The VPC of {project} has 10.20.0.0/20. Our new office in Wrocław gets 10.20.0.0/16 (can't be changed,
        decided far above me).

        Is it possible to renumber the VPC?

        @agent 180
        Not in place. The range of a VPC is fixed, but services can be moved to another VPC in the same cloud
        region, one by one:

        1. make a second VPC, e.g. 10.96.8.0/22, and peer it
        2. per service: Service settings → Cloud and network → *Move to VPC*. New nodes come up in the new
           range, replicate, take over
        3. delete the old one

        Pause for each service: a normal failover. IP addresses change, host names don't. Does anything of
        yours use addresses instead of names?

        @requester 2800
        Some firewall rules use addresses, we collected them all.

        @participant 340
        One more from the network team: the SFTP gateway has the address of the MySQL in its config. On the
        list now.

        @requester 65
        Thanks. Can the two VPCs be peered with us at the same time during the move?

        @agent 28
        Yes, and both ranges can be in your firewall for that time. Start with the least important one. If the
        replication for the largest (1.3 TB) is to run at a quiet time, start the move in the evening; it
        takes about 4 hours.

        @requester 3900
        All 9 services moved within a week, no incident. Office can open. Dziękuję!
        """,
    ),
    tell(
        "networking performance high on_hold",
        """
        Round trip between our zone B and {project} went from 0.8 to 6 ms

        Since yesterday evening about 19:40 UTC everything from our zone B is slower. Zone A and C are fine.

        ```
        zone-a  rtt min/avg/max/mdev = 0.611/0.792/1.204/0.101 ms
        zone-b  rtt min/avg/max/mdev = 0.702/6.118/48.227/9.330 ms
        zone-c  rtt min/avg/max/mdev = 0.640/0.811/1.377/0.120 ms
        ```

        A page of ours makes about 60 queries, so it adds up to half a second.

        @agent 29
        Measured from our side too: packets between your zone B and the nodes in our zone A are delayed, with
        0.4 % loss. Nodes in zone B reach yours without delay. It's the path between two zones of the cloud
        provider.

        Can you add an `mtr -n -c 200` from a machine in zone B to the host of one service? The provider asks
        for both directions.

        @requester 36
        ```
        Host              Loss%   Snt   Last   Avg  Best  Wrst StDev
        1. 10.30.16.1      0.0%   200    0.3   0.3   0.2   1.1   0.1
        2. 10.128.3.19     0.5%   200    9.8   6.2   0.7  47.9   9.1
        ```

        @note 22
        Provider case opened with both traces, their severity 2. Two other customers in the same region show
        it, linked.

        @agent 8
        Thank you. The case at the cloud provider is open with both traces, and they confirm "elevated latency
        between two zones" for some hosts. In the meantime: reading from the replica in zone B
        (`<replica-host>`) avoids the path. I'm putting this on hold for their answer and write at the latest
        tomorrow at noon UTC.
        """,
    ),
    tell(
        "networking access low open",
        """
        IP allow list: more than 100 entries?

        We have to allow the addresses of a CI provider for the services in {project}. It's a list of 340 CIDR
        blocks, and they change it weekly. The console stops at 100:

        ```
        Invalid 'user_config': ip_filter: array too long (max 100)
        ```

        What do other customers do in this case?

        @participant 185
        Adding for the CI side: runners with a fixed outgoing address would be possible with the provider, at
        a price. We'd rather not, if there's another way.
        """,
    ),
    tell(
        "networking outage critical open",
        """
        No traffic through transit gateway since route change, both regions

        Since 06:30 UTC all connections from our data center to {project} time out, in both regions. Peering
        status in the console is ACTIVE. We can't run production: warehouse scanners, label printing,
        everything goes through this.

        ```
        $ traceroute -n 10.128.3.19
         1  10.200.0.1  0.4 ms
         2  169.254.44.9  3.1 ms
         3  * * *
        ```

        @agent 5
        On our side the attachment is up, but I see no packets from 10.200.0.0/16 arriving since 06:29:50 UTC.
        The way back is also missing: the route to 10.200.0.0/16 isn't in our VPC's table any more, it was
        removed by an API call from a user of your organization at 06:29:48.

        Was that intended? I can tell you which user if you look into the console's event log: project →
        Events.

        @requester 11
        Event log says it was our Terraform user. A colleague applied a plan with a smaller list. We've
        applied the old one again. Route is back, still no traffic.

        @agent 9
        Route is there, confirmed at 06:58. Now I see your packets come in and answers leave, so the remaining
        gap is between the transit gateway and you. Does the gateway's route table on your side still have
        10.128.0.0/20 → attachment of {project}? The same plan may have taken it away.

        @requester 25
        We have it in one region, and this region works since 07:20. In the second region the table is right
        as well, I checked twice, and there's still nothing. One warehouse is standing. Please have someone on
        a call with us, text is too slow for it. #escalate

        @requester 17
        Update: in the second region the attachment shows state `modifying` since 06:31. Is this on your end?
        """,
    ),
)
